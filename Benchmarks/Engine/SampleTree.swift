import Foundation

/// Two versions of a directory of about 8 MB: what is changed in place, what shifts, and what is small.
///
/// | file | what becomes of it |
/// |---|---|
/// | `array.npy`, 4 MiB, on a grid | 64 places of 1 KiB are written over, 64 KiB are appended |
/// | `weights.bin`, 2 MiB of floats | stays |
/// | `train.jsonl`, 2 MB of text | 40 lines come into its middle, 400 to its end |
/// | 120 small files in 12 folders | 6 change, 4 come, 2 go |
struct SampleTree {
  let first: String
  let second: String

  private static let seed: UInt64 = 2_026
  private static let folderCount = 12
  private static let fileCount = 120

  init(in directory: String) throws {
    first = directory + "/v1"
    second = directory + "/v2"
    var noise = Noise(seed: SampleTree.seed)
    var (array, lines) = (noise.floats(byteCount: 4 << 20), noise.lines(40_000))
    array.replaceSubrange(0..<6, with: [0x93] + Array("NUMPY".utf8))
    let weights = noise.floats(byteCount: 2 << 20)
    var notes = Dictionary(
      uniqueKeysWithValues: (0..<SampleTree.fileCount).map { (SampleTree.note($0), noise.lines(8 + $0 % 20)) })
    try SampleTree.write(first, array, weights, lines, notes)

    for _ in 0..<64 {
      let place = 1_024 * (1 + noise.number(below: 4_095))
      array.replaceSubrange(place..<(place + 1_024), with: noise.floats(byteCount: 1_024))
    }
    array += noise.floats(byteCount: 64 << 10)
    let middle = lines[(lines.count / 2)...].firstIndex(of: UInt8(ascii: "\n")) ?? lines.count - 1
    lines.insert(contentsOf: noise.lines(40), at: middle + 1)
    lines += noise.lines(400)
    for number in 0..<6 { notes[SampleTree.note(number * 19)] = noise.lines(12) }
    for number in 0..<4 { notes[SampleTree.note(SampleTree.fileCount + number)] = noise.lines(10) }
    for number in [7, 77] { notes[SampleTree.note(number)] = nil }
    try SampleTree.write(second, array, weights, lines, notes)
  }

  private static func note(_ number: Int) -> String { "notes/\(number % folderCount)/note\(number).jsonl" }

  private static func write(
    _ directory: String, _ array: [UInt8], _ weights: [UInt8], _ lines: [UInt8], _ notes: [String: [UInt8]]
  ) throws {
    let root = URL(fileURLWithPath: directory)
    for folder in 0..<folderCount {
      try FileManager.default.createDirectory(
        at: root.appendingPathComponent("notes/\(folder)"), withIntermediateDirectories: true)
    }
    let large = ["array.npy": array, "weights.bin": weights, "train.jsonl": lines]
    for (path, bytes) in large.merging(notes, uniquingKeysWith: { large, _ in large }) {
      try Data(bytes).write(to: root.appendingPathComponent(path))
    }
  }
}

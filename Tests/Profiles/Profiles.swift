import SnapshotFormat

/// Measures what the profiles and parameters of the format cost on given data (docs/decisions/0008).
struct Profiles {
  enum Refusal: Error { case usage(String) }

  static let usage = """
    snapprofiles store PROFILE FRAME DIRECTORY…: stores directories as versions of one tree, every file under that
      profile (first-bytes, content-defined, or the byte count of a grid), full chunks in frames of FRAME bytes; a
      line for each version: bytes stored, CPU seconds, bytes of chunks that the version before does not have
    snapprofiles patches STEP GAP LEVEL GROUP OLD NEW: patches the chunks of NEW, on a grid of 64 KiB, with those of
      OLD, compared in steps of STEP bytes, runs joined over GAP bytes, GROUP bytes compressed together at a LEVEL of
      zstd; a line: patches, their bytes, those compressed, CPU seconds of that, chunks that are better stored in full
    """

  private let arguments: [String]

  init(_ arguments: [String]) {
    self.arguments = arguments
  }

  func run() throws {
    switch (arguments.first, arguments.count) {
    case ("store"?, 4...):
      var store = try StoredVersions(try profile(1), frameByteCount: try number(2, in: 65_536...1_048_576))
      for directory in arguments[3...] {
        let (stored, seconds, changed) = try store.add(directory)
        print(stored, seconds, changed)
      }
      try store.check()
    case ("patches"?, 7):
      var trial = PatchTrial(
        step: try number(1, in: 1...64), gap: try number(2, in: 0...4_096), level: Int32(try number(3, in: 1...19)),
        groupByteCount: try number(4, in: 1...(8 << 20)))
      try trial.run(from: arguments[5], to: arguments[6])
      print(trial.patchCount, trial.byteCount, trial.compressedByteCount, trial.seconds, trial.fullCount)
    default: throw Refusal.usage(Profiles.usage)
    }
  }

  /// Nil: what the first bytes of each file say.
  private func profile(_ index: Int) throws -> ChunkProfile? {
    switch arguments[index] {
    case "first-bytes": nil
    case "content-defined": .contentDefined
    default: .grid(chunkByteCount: try number(index, in: 1...Limits.chunkByteCount))
    }
  }

  private func number(_ index: Int, in range: ClosedRange<Int>) throws -> Int {
    guard let number = Int(arguments[index]), range.contains(number) else { throw Refusal.usage(Profiles.usage) }
    return number
  }
}

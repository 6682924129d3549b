import Primitives
import SnapshotFormat

/// Packs and their frames (formats/pack.md).
extension FuzzTarget {
  static var pack: FuzzTarget {
    let name = Samples.name(1)
    return FuzzTarget(mends: [
      { $0.mendPack() }, { $0.rebuildPack() },
    ]) {
      [built(name, try sampleFrames()), built(name, [try sampleFrames()[0]]), built(name, [])]
    } check: { bytes in
      let reader = try PackReader(bytes.rawSpan, expected: name)
      let frames = reader.frames.map { Array(bytes[$0.offset..<$0.offset + $0.byteCount]) }
      let again = try FuzzFinding.unlessDone("a pack is built again") {
        let pack = built(name, frames, created: reader.created)
        return try PackReader(pack.rawSpan, expected: name)
      }
      try FuzzFinding.unless(again.frames == reader.frames, "a pack built again has other frames")
      let decoder = FrameDecoder()
      for frame in frames { try? examine(frame, decoder) }
    }
  }

  static var frame: FuzzTarget {
    FuzzTarget(mends: [
      { bytes in _ = bytes.mendFrame(at: 0, until: bytes.count, fills: true) }
    ]) {
      try sampleFrames()
    } check: { bytes in
      try examine(bytes, FrameDecoder())
    }
  }

  private static func examine(_ bytes: [UInt8], _ decoder: FrameDecoder) throws {
    let frame = try decoder.decode(bytes.rawSpan)
    try FuzzFinding.unless(
      frame.raw.count == frame.header.rawByteCount && frame.raw.count <= Limits.frameRawByteCount,
      "a frame decodes to \(frame.raw.count) bytes")
    let again = try FuzzFinding.unlessDone("a frame is encoded and decoded") {
      let encoded = FrameEncoder().encode(
        frame.raw.rawSpan, entries: frame.header.entries, kind: frame.header.kind)
      return try decoder.decode(encoded.bytes.rawSpan)
    }
    try FuzzFinding.unless(
      again.raw == frame.raw && again.header.entries == frame.header.entries, "a frame encoded again differs")
  }

  private static func built(_ name: UniqueName, _ frames: [[UInt8]], created: Timestamp = Samples.time) -> [UInt8] {
    var builder = PackBuilder(name: name, created: created)
    for frame in frames {
      _ = builder.append(frame: frame, entryCount: frame.number(at: 4, as: UInt16.self) ?? 0)
    }
    return builder.finish()
  }

  /// One of each encoding: zstd, stored, shuffled (by hand, since the encoder shuffles only large frames).
  private static func sampleFrames() throws -> [[UInt8]] {
    let encoder = FrameEncoder()
    let text = [UInt8](repeating: 1, count: 300)
    let noise = Samples.noise(90)
    let two = [
      FrameEntry(id: .of(text), formOffset: 0, formByteCount: 100, chunkByteCount: 300, form: .sparsePatch),
      FrameEntry(id: .of(noise), formOffset: 100, formByteCount: 200, chunkByteCount: 200, form: .full),
    ]
    return [
      encoder.encode(text.rawSpan, entries: two, kind: .patches).bytes,
      encoder.encode(noise.rawSpan, entries: [full(noise)], kind: .chunks).bytes, shuffledFrame(),
    ]
  }

  private static func full(_ raw: [UInt8]) -> FrameEntry {
    FrameEntry(id: .of(raw), formOffset: 0, formByteCount: raw.count, chunkByteCount: raw.count, form: .full)
  }

  private static func shuffledFrame() -> [UInt8] {
    let raw = (0..<203).map { UInt8($0 % 4 == 3 ? 0x3F : $0) }
    let stored = PlaneShuffle.encode(raw.rawSpan, compressor: ZstdCompressor())
    let header = FrameHeader(
      encoding: .shuffled, kind: .chunks, storedByteCount: stored.count, rawByteCount: raw.count,
      storedCRC: CRC32C.of(stored), entries: [full(raw)])
    var output = ByteWriter()
    header.write(to: &output)
    output.append(stored)
    return output.bytes
  }
}

extension Array where Element == UInt8 {
  /// Where a frame that begins at `offset` ends, its checksums put right; nil when there is none.
  ///
  /// - Parameter fills: whether it takes all bytes that are left.
  fileprivate mutating func mendFrame(at offset: Int, until end: Int, fills: Bool = false) -> Int? {
    guard let entries = number(at: offset + 4, as: UInt16.self) else { return nil }
    let start = offset + FrameHeader.fixedByteCount + entries * FrameEntry.byteCount
    guard start <= end else { return nil }
    if fills { put(UInt32(end - start), at: offset + 8) }
    guard let stored = number(at: offset + 8, as: UInt32.self), stored <= end - start else { return nil }
    putCRC(of: start, start + stored, at: offset + 16)
    let front = crc(of: offset, offset + 28) ?? 0
    if let crc = crc(of: offset + FrameHeader.fixedByteCount, start, continuing: front) { put(crc, at: offset + 28) }
    return start + stored
  }

  private mutating func mendPackHeader() {
    mendPreamble()
    for index in 0..<8 where count > 120 { self[112 + index] = self[96 + index] }
    putCRC(of: Preamble.byteCount, 140, at: 140)
  }

  /// The frames that stand one after the other from the front, mended.
  private mutating func mendFrames(until end: Int) -> [Range<Int>] {
    var frames: [Range<Int>] = []
    while let next = mendFrame(at: frames.last?.upperBound ?? PackReader.headerByteCount, until: end) {
      frames.append((frames.last?.upperBound ?? PackReader.headerByteCount)..<next)
    }
    return frames
  }

  /// As the preamble says it is taken, where that can be: nil where bytes are missing.
  private func packDigest(_ frames: [Range<Int>], directory: Range<Int>) -> Digest? {
    guard directory.lowerBound >= PackReader.headerByteCount, directory.upperBound <= count else { return nil }
    let features = Preamble.Features(rawValue: UInt32(number(at: 12, as: UInt32.self) ?? 0))
    let heads = frames.map { frame in
      let entries = number(at: frame.lowerBound + 4, as: UInt16.self) ?? 0
      return frame.lowerBound..<frame.lowerBound + FrameHeader.byteCount(entries: entries)
    }
    return PackDigest.of(rawSpan.extracting(0..<directory.upperBound), heads: heads, directory: directory, features)
  }

  /// Checksums only: directory and trailer stay as they are.
  package mutating func mendPack() {
    mendPackHeader()
    let trailer = count - PackTrailer.byteCount
    let directory = Swift.min(Swift.max(0, trailer), number(at: trailer, as: UInt32.self) ?? 0)
    let frames = mendFrames(until: directory)
    guard let digest = packDigest(frames, directory: directory..<Swift.max(directory, trailer)) else { return }
    putDigest(digest, at: trailer + 20)
    putCRC(of: trailer, trailer + 52, at: trailer + 52)
  }

  /// A new directory and a new trailer behind the frames that are there.
  package mutating func rebuildPack() {
    mendPackHeader()
    let frames = mendFrames(until: count)
    let end = frames.last?.upperBound ?? PackReader.headerByteCount
    guard end <= count else { return }
    var output = ByteWriter(capacity: count)
    output.append(self[..<end])
    var entryCount = 0
    for frame in frames {
      let entries = number(at: frame.lowerBound + 4, as: UInt16.self) ?? 0
      entryCount += entries
      for value in [frame.lowerBound, frame.count, entries] { output.integer(UInt32(value)) }
      output.append(self[frame.lowerBound + 28..<frame.lowerBound + 32])
    }
    let trailer = output.count
    guard let digest = output.bytes.packDigest(frames, directory: end..<trailer) else { return }
    for value in [end, frames.count, entryCount] { output.integer(UInt32(value)) }
    output.zeros(8)
    output.digest(digest)
    output.crc(from: trailer)
    output.append(PackTrailer.magic)
    self = output.bytes
  }
}

import Primitives
import SnapshotFormat
import Testing

@Suite struct PackTests {
  /// A pack of two frames: text that compresses and floats that are shuffled.
  private func pack() throws -> [UInt8] {
    let encoder = FrameEncoder()
    var builder = PackBuilder(name: name(7), created: Timestamp(milliseconds: 5))
    for (raw, kind) in [
      (Array(repeating: UInt8(1), count: 500), FrameKind.chunks), (seededBytes(90, seed: 1), .patches),
    ] {
      let entry = FrameEntry(
        id: .of(raw), formOffset: 0, formByteCount: raw.count, chunkByteCount: raw.count, form: .full)
      _ = builder.append(frame: encoder.encode(raw.rawSpan, entries: [entry], kind: kind).bytes, entryCount: 1)
    }
    return builder.finish()
  }

  @Test func `a pack with any bit flipped is refused`() throws {
    let pack = try pack()
    _ = try PackReader(pack.rawSpan, expected: name(7))
    for bit in 0..<(pack.count * 8) {
      var damaged = pack
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: FormatError.self) { try PackReader(damaged.rawSpan, expected: name(7)) }
    }
  }

  @Test func `a pack of which the preamble tells two kinds of digest is refused`() throws {
    var pack = try pack()
    pack[12] |= 1
    let crc = CRC32C.of(pack.rawSpan.extracting(0..<92))
    for index in 0..<4 { pack[92 + index] = UInt8(truncatingIfNeeded: crc >> (8 * index)) }
    let error = #expect(throws: FormatError.self) { try PackReader(pack.rawSpan, expected: name(7)) }
    #expect("\(try #require(error))".contains("two kinds of digest"))
  }

  @Test func `a pack cut at any length is refused`() throws {
    let pack = try pack()
    for length in 0..<pack.count {
      let cut = pack.rawSpan.extracting(0..<length)
      #expect(throws: FormatError.self) { try PackReader(cut, expected: name(7)) }
    }
  }

  @Test func `a pack found under another name is refused`() throws {
    let pack = try pack()
    #expect(throws: FormatError.self) { try PackReader(pack.rawSpan, expected: name(8)) }
  }

  @Test func `the directory is the one that walking the frames gives`() throws {
    let pack = try pack()
    let reader = try PackReader(pack.rawSpan, expected: name(7))
    #expect(reader.frames.count == 2)
    #expect(reader.created == Timestamp(milliseconds: 5))
    let decoder = FrameDecoder()
    for place in reader.frames {
      let frame = try decoder.decode(pack.rawSpan.extracting(place.offset..<(place.offset + place.byteCount)))
      #expect(Digest.of(frame.raw) == frame.header.entries[0].id)
    }
  }

  @Test(arguments: [8_192, 8_193, 8_194, 8_195, 262_144])
  func `floats are shuffled and come back`(byteCount: Int) throws {
    let random = SeededRandomSource(seed: UInt64(byteCount))
    var raw: [UInt8] = []
    while raw.count < byteCount {
      var bits = Float(random.unit() - 0.5).bitPattern
      for _ in 0..<4 {
        raw.append(UInt8(truncatingIfNeeded: bits))
        bits >>= 8
      }
    }
    raw = Array(raw.prefix(byteCount))
    let entry = FrameEntry(
      id: .of(raw), formOffset: 0, formByteCount: byteCount, chunkByteCount: byteCount, form: .full)
    let frame = FrameEncoder().encode(raw.rawSpan, entries: [entry], kind: .chunks).bytes
    let decoded = try FrameDecoder().decode(frame.rawSpan)
    #expect(decoded.header.encoding == .shuffled)
    #expect(decoded.raw == raw)
  }

  @Test func `a frame that expands beyond what it announces is refused`() throws {
    let raw = [UInt8](repeating: 0, count: 1_000)
    let bomb = Zstd.compress([UInt8](repeating: 0, count: 50_000_000).rawSpan)
    let entry = FrameEntry(id: .of(raw), formOffset: 0, formByteCount: 1_000, chunkByteCount: 1_000, form: .full)
    let header = FrameHeader(
      encoding: .zstd, kind: .chunks, storedByteCount: bomb.count, rawByteCount: 1_000, storedCRC: CRC32C.of(bomb),
      entries: [entry])
    var output = ByteWriter()
    header.write(to: &output)
    output.append(bomb)
    #expect(throws: FormatError.self) { try FrameDecoder().decode(output.bytes.rawSpan) }
  }
}

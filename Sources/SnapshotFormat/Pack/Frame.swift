package import Primitives

/// How the bytes of a frame are stored (formats/pack.md §2).
package enum FrameEncoding: UInt8, Sendable {
  case stored = 0
  case zstd = 1
  case shuffled = 2
}

package enum FrameKind: UInt8, Sendable {
  case chunks = 0
  case patches = 1
  case pages = 2
}

/// How a chunk is represented.
package enum ChunkForm: UInt8, Sendable {
  case full = 0
  case sparsePatch = 1
  case prefixPatch = 2
}

/// One chunk or page in a frame.
package struct FrameEntry: Sendable, Equatable {
  package static let byteCount = 48

  package let id: Digest
  /// Where its form stands in the decoded frame.
  package let formOffset: Int
  package let formByteCount: Int
  /// What the chunk has after the form is undone.
  package let chunkByteCount: Int
  package let form: ChunkForm

  package init(id: Digest, formOffset: Int, formByteCount: Int, chunkByteCount: Int, form: ChunkForm) {
    self.id = id
    self.formOffset = formOffset
    self.formByteCount = formByteCount
    self.chunkByteCount = chunkByteCount
    self.form = form
  }
}

/// The head of a frame with its entries: what can be known without decoding it.
package struct FrameHeader: Sendable, Equatable {
  package static let fixedByteCount = 32
  package static let magic: [UInt8] = Array("SFRM".utf8)

  package let encoding: FrameEncoding
  package let kind: FrameKind
  package let storedByteCount: Int
  package let rawByteCount: Int
  package let storedCRC: UInt32
  package let entries: [FrameEntry]

  package var byteCount: Int { FrameHeader.byteCount(entries: entries.count) }
  package var frameByteCount: Int { byteCount + storedByteCount }

  package static func byteCount(entries count: Int) -> Int { fixedByteCount + count * FrameEntry.byteCount }

  package init(
    encoding: FrameEncoding, kind: FrameKind, storedByteCount: Int, rawByteCount: Int, storedCRC: UInt32,
    entries: [FrameEntry]
  ) {
    self.encoding = encoding
    self.kind = kind
    self.storedByteCount = storedByteCount
    self.rawByteCount = rawByteCount
    self.storedCRC = storedCRC
    self.entries = entries
  }
}

extension FrameHeader {
  package func write(to output: inout ByteWriter) {
    let start = output.count
    output.append(FrameHeader.magic)
    output.integer(UInt16(entries.count))
    output.append([encoding.rawValue, kind.rawValue])
    output.integer(UInt32(storedByteCount))
    output.integer(UInt32(rawByteCount))
    output.integer(storedCRC)
    output.zeros(8)
    let crcOffset = output.count
    output.integer(UInt32(0))
    for entry in entries { entry.write(to: &output) }
    output.patch(crc(of: output.bytes.rawSpan.extracting(start..<output.count)), at: crcOffset)
  }

  package init(from input: inout ByteReader) throws(FormatError) {
    let start = input.offset
    let fixed = try input.span(FrameHeader.fixedByteCount)
    var reader = ByteReader(fixed, of: "frame header")
    guard try reader.array(4) == FrameHeader.magic else {
      throw .damaged("frame header", "the magic is missing", at: start)
    }
    let entryCount = Int(try reader.integer(UInt16.self))
    let rawEncoding: UInt8 = try reader.integer()
    let rawKind: UInt8 = try reader.integer()
    storedByteCount = Int(try reader.integer(UInt32.self))
    rawByteCount = Int(try reader.integer(UInt32.self))
    storedCRC = try reader.integer()
    try reader.reserved(8)
    let crc: UInt32 = try reader.integer()
    guard (1...Limits.frameEntryCount).contains(entryCount), rawByteCount <= Limits.frameRawByteCount,
      storedByteCount <= Limits.frameRawByteCount + 1_024
    else { throw .beyondLimit("frame header", "counts above the limits of a frame", at: start) }
    let entrySpan = try input.span(entryCount * FrameEntry.byteCount)
    guard CRC32C.of(entrySpan, continuing: CRC32C.of(fixed.extracting(0..<28))) == crc else {
      throw .damaged("frame header", "the checksum differs", at: start + 28)
    }
    guard let encoding = FrameEncoding(rawValue: rawEncoding), let kind = FrameKind(rawValue: rawKind) else {
      throw .unsupported("frame header", "encoding \(rawEncoding) of kind \(rawKind) is not known")
    }
    self.encoding = encoding
    self.kind = kind
    entries = try FrameHeader.entries(entrySpan, count: entryCount, rawByteCount: rawByteCount)
  }

  private static func entries(_ bytes: RawSpan, count: Int, rawByteCount: Int) throws(FormatError) -> [FrameEntry] {
    var reader = ByteReader(bytes, of: "frame entry")
    var entries: [FrameEntry] = []
    entries.reserveCapacity(count)
    var covered = 0
    for _ in 0..<count {
      let entry = try FrameEntry(from: &reader)
      guard entry.formOffset == covered else { throw reader.damaged("the entries leave a gap or overlap") }
      covered += entry.formByteCount
      entries.append(entry)
    }
    guard covered == rawByteCount else { throw reader.damaged("the entries do not fill the frame") }
    return entries
  }

  /// The checksum that an encoded head holds.
  package static func crc(in frame: RawSpan) throws(FormatError) -> UInt32 {
    var reader = ByteReader(frame, of: "frame header")
    _ = try reader.span(28)
    return try reader.integer()
  }

  /// The checksum over everything but the four bytes it stands in.
  private func crc(of frame: RawSpan) -> UInt32 {
    CRC32C.of(
      frame.extracting(FrameHeader.fixedByteCount..<frame.byteCount), continuing: CRC32C.of(frame.extracting(0..<28)))
  }
}

extension FrameEntry {
  fileprivate func write(to output: inout ByteWriter) {
    output.digest(id)
    output.integer(UInt32(formOffset))
    output.integer(UInt32(formByteCount))
    output.integer(UInt32(chunkByteCount))
    output.append([form.rawValue, 0, 0, 0])
  }

  fileprivate init(from input: inout ByteReader) throws(FormatError) {
    id = try input.digest()
    formOffset = Int(try input.integer(UInt32.self))
    formByteCount = Int(try input.integer(UInt32.self))
    chunkByteCount = Int(try input.integer(UInt32.self))
    let rawForm: UInt8 = try input.integer()
    try input.reserved(3)
    guard let form = ChunkForm(rawValue: rawForm) else {
      throw .unsupported("frame entry", "form \(rawForm) is not known")
    }
    self.form = form
    guard (1...Limits.pageByteCount).contains(chunkByteCount), form != .full || formByteCount == chunkByteCount else {
      throw input.damaged("a chunk's byte count does not fit its form")
    }
  }
}

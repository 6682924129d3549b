package import Primitives

/// The last 64 bytes of a pack.
package struct PackTrailer: Sendable {
  package static let byteCount = 64
  package static let magic: [UInt8] = Array("SNPKEND\n".utf8)

  package let directoryOffset: Int
  package let frameCount: Int
  package let entryCount: Int
  package let digest: Digest

  package init(_ bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes, of: "pack trailer")
    directoryOffset = Int(try reader.integer(UInt32.self))
    frameCount = Int(try reader.integer(UInt32.self))
    entryCount = Int(try reader.integer(UInt32.self))
    try reader.reserved(8)
    digest = try reader.digest()
    let crc: UInt32 = try reader.integer()
    guard try reader.array(8) == PackTrailer.magic else { throw .damaged("pack trailer", "the end magic is missing") }
    try reader.finish()
    guard CRC32C.of(bytes.extracting(0..<52)) == crc else {
      throw .damaged("pack trailer", "the checksum differs", at: 52)
    }
  }
}

/// Reads a whole pack: its header, its frames in order, its directory and its digest.
///
/// That no byte of it has changed is proved: by its digest, and where that is one of heads, by the checksums of what is
/// stored. That they are the right ones, nothing in the pack itself can prove: chunk ids in manifests do.
package struct PackReader: Sendable {
  package static let headerByteCount = Preamble.byteCount + 48

  package struct FramePlace: Sendable, Equatable {
    package let offset: Int
    package let byteCount: Int
    package let header: FrameHeader

    var head: Range<Int> { offset..<offset + header.byteCount }
    var stored: Range<Int> { offset + header.byteCount..<offset + byteCount }
  }

  package let name: UniqueName
  package let created: Timestamp
  package let frames: [FramePlace]
  /// As the trailer has it.
  package let digest: Digest

  /// Checks everything that can be checked without decoding a frame: header, frames, directory, trailer and digest.
  ///
  /// - Parameter expected: the name under which the pack was found.
  package init(_ bytes: RawSpan, expected: UniqueName) throws(FormatError) {
    guard bytes.byteCount <= Limits.packByteCount else { throw .beyondLimit("pack", "more bytes than a pack may have") }
    guard bytes.byteCount >= PackReader.headerByteCount + PackTrailer.byteCount else {
      throw .truncated("pack", at: bytes.byteCount)
    }
    let preamble: Preamble
    (preamble, name, created) = try PackReader.header(bytes)
    guard name == expected else { throw .damaged("pack", "it is \(name), found under the name \(expected)") }
    let trailerOffset = bytes.byteCount - PackTrailer.byteCount
    let trailer = try PackTrailer(bytes.extracting(trailerOffset..<bytes.byteCount))
    guard trailer.directoryOffset >= PackReader.headerByteCount,
      trailer.directoryOffset <= trailerOffset,
      trailerOffset - trailer.directoryOffset == trailer.frameCount * 16
    else { throw .damaged("pack trailer", "the directory does not lie before it") }
    let directory = trailer.directoryOffset..<trailerOffset
    frames = try PackReader.frames(bytes, until: directory.lowerBound)
    try PackReader.check(frames, of: bytes, against: bytes.extracting(directory), trailer)
    if try PackReader.countsOnChecksums(preamble.features) { try PackReader.checkStored(frames, of: bytes) }
    digest = PackDigest.of(
      bytes.extracting(0..<trailerOffset), heads: frames.map(\.head), directory: directory, preamble.features)
    guard digest == trailer.digest else { throw .mismatch("pack", expected: trailer.digest, actual: digest) }
  }

  /// Whether the digest leaves what is stored in the frames to their checksums.
  private static func countsOnChecksums(_ features: Preamble.Features) throws(FormatError) -> Bool {
    guard !features.isSuperset(of: [.digestOfHeads, .digestOfPieces]) else {
      throw .damaged("pack", "its preamble tells two kinds of digest")
    }
    return features.contains(.digestOfHeads)
  }

  private static func checkStored(_ frames: [FramePlace], of bytes: RawSpan) throws(FormatError) {
    for frame in frames where CRC32C.of(bytes.extracting(frame.stored)) != frame.header.storedCRC {
      throw .damaged("frame", "the checksum of the stored bytes differs", at: frame.stored.lowerBound)
    }
  }

  private static func header(_ bytes: RawSpan) throws(FormatError) -> (Preamble, UniqueName, Timestamp) {
    var reader = ByteReader(bytes, of: "pack header")
    let preamble = try Preamble(from: &reader, type: .pack)
    let name = try reader.uniqueName()
    let intent: UInt64 = try reader.integer()
    let created = try reader.timestamp()
    try reader.reserved(12)
    let crc = CRC32C.of(bytes.extracting(Preamble.byteCount..<reader.offset))
    guard try reader.integer(UInt32.self) == crc else { throw reader.damaged("the checksum differs") }
    guard intent == name.high else { throw reader.damaged("the name does not begin with the intent") }
    return (preamble, name, created)
  }

  /// Walks the frames from the front: how a directory is rebuilt.
  package static func frames(_ bytes: RawSpan, until end: Int) throws(FormatError) -> [FramePlace] {
    var places: [FramePlace] = []
    var entryCount = 0
    var reader = ByteReader(bytes.extracting(0..<end), of: "pack")
    _ = try reader.span(headerByteCount)
    while !reader.isAtEnd {
      let offset = reader.offset
      let header = try FrameHeader(from: &reader)
      _ = try reader.span(header.storedByteCount)
      entryCount += header.entries.count
      guard entryCount <= Limits.packEntryCount else { throw .beyondLimit("pack", "more entries than a pack may have") }
      places.append(FramePlace(offset: offset, byteCount: header.frameByteCount, header: header))
    }
    return places
  }

  private static func check(
    _ frames: [FramePlace], of bytes: RawSpan, against directory: RawSpan, _ trailer: PackTrailer
  ) throws(FormatError) {
    guard frames.count == trailer.frameCount else { throw .damaged("pack directory", "it misses frames") }
    var reader = ByteReader(directory, of: "pack directory")
    var entryCount = 0
    for frame in frames {
      let offset = Int(try reader.integer(UInt32.self))
      let byteCount = Int(try reader.integer(UInt32.self))
      let entries = Int(try reader.integer(UInt32.self))
      let crc = try reader.integer(UInt32.self)
      guard offset == frame.offset, byteCount == frame.byteCount, entries == frame.header.entries.count,
        try crc == FrameHeader.crc(in: bytes.extracting(frame.head))
      else { throw reader.damaged("a row is not the frame's") }
      entryCount += entries
    }
    guard entryCount == trailer.entryCount else { throw reader.damaged("the entry count differs") }
  }
}

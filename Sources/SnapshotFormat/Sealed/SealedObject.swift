package import Primitives

/// Preamble, sections, seal: the frame of every small object (formats/preamble.md §2).
package enum SealedObject {
  package static let byteCountMax = 1 << 20
  /// Digest and the byte count of an absent signature.
  package static let sealByteCount = Digest.byteCount + 2

  /// An object's bytes and the digest of its seal, by which others refer to it.
  package struct Encoded: Sendable, Equatable {
    package let bytes: [UInt8]
    package let digest: Digest
  }

  /// The digest of a seal: over the object's name and everything before the seal.
  package static func digest(of bytes: RawSpan, named name: ObjectKey) -> Digest {
    var builder = DigestBuilder()
    builder.update(littleEndian: UInt16(name.string.utf8.count))
    builder.update(Array(name.string.utf8))
    builder.update(bytes)
    return builder.finish()
  }

  package static func encode(
    _ type: ObjectType, named name: ObjectKey, writers: WriterRequirement = .none, sections: SectionWriter
  ) -> Encoded {
    var output = ByteWriter(capacity: 256 + sections.output.count)
    Preamble(type: type, writers: writers).write(to: &output)
    output.integer(UInt32(sections.output.count))
    output.append(sections.output.bytes)
    let digest = digest(of: output.bytes.rawSpan, named: name)
    output.digest(digest)
    output.integer(UInt16(0))
    return Encoded(bytes: output.bytes, digest: digest)
  }

  /// Checks preamble and seal, then lets `decode` take the sections.
  ///
  /// - Throws: `.damaged` for anything that was not written so, `.digestMismatch` when the seal, or `expected`,
  ///   differs.
  package static func decode<Value>(
    _ bytes: RawSpan, type: ObjectType, named name: ObjectKey, of subject: StaticString, expected: Digest? = nil,
    _ decode: (inout SectionReader) throws(FormatError) -> Value
  ) throws(FormatError) -> Value {
    guard bytes.byteCount <= byteCountMax else {
      throw .beyondLimit("\(subject)", "\(bytes.byteCount) bytes where \(byteCountMax) are allowed")
    }
    var reader = ByteReader(bytes, of: subject)
    let preamble = try Preamble(from: &reader, type: type)
    let bodyByteCount = Int(try reader.integer(UInt32.self))
    guard reader.remaining == bodyByteCount + sealByteCount else {
      throw .truncated("\(subject)", at: bytes.byteCount)
    }
    var sections = try SectionReader(&reader, byteCount: bodyByteCount, of: subject)
    let actual = digest(of: bytes.extracting(0..<reader.offset), named: name)
    let sealed = try reader.digest()
    guard sealed == actual else { throw .mismatch("\(subject)", expected: sealed, actual: actual) }
    guard expected == nil || expected == actual else {
      throw .mismatch("\(subject)", expected: expected ?? actual, actual: actual)
    }
    guard try reader.integer(UInt16.self) == 0 else { throw reader.damaged("a signature where none is declared") }
    sections.writers = preamble.writers
    let value = try decode(&sections)
    try sections.finish()
    return value
  }
}

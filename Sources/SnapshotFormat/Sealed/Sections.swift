internal import Primitives

/// The tagged sections of a sealed object (formats/preamble.md §3).
package struct Section: Sendable, Equatable {
  package let tag: UInt16
  package let isRequired: Bool
  package let payload: [UInt8]
}

/// Collects sections in ascending order of tag.
package struct SectionWriter {
  package private(set) var output = ByteWriter()
  private var lastTag: UInt16 = 0

  package init() {}

  /// - Precondition: `tag` is above the tag before.
  package mutating func section(_ tag: UInt16, required: Bool = true, _ fill: (inout ByteWriter) -> Void) {
    precondition(tag > lastTag, "sections ascend by tag")
    lastTag = tag
    var payload = ByteWriter()
    fill(&payload)
    output.integer(tag)
    output.integer(UInt16(required ? 1 : 0))
    output.integer(UInt32(payload.count))
    output.append(payload.bytes)
  }
}

/// The sections of one object, by tag. A reader takes those it knows; `finish` refuses required ones it does not.
package struct SectionReader {
  private var sections: [Section] = []
  private var known: Set<UInt16> = []
  private let subject: StaticString
  /// What the preamble of the object asks of writers.
  package internal(set) var writers = WriterRequirement.none

  package init(_ input: inout ByteReader, byteCount: Int, of subject: StaticString) throws(FormatError) {
    self.subject = subject
    var reader = ByteReader(try input.span(byteCount), of: subject)
    var lastTag = 0
    while !reader.isAtEnd {
      let tag: UInt16 = try reader.integer()
      let flags: UInt16 = try reader.integer()
      guard Int(tag) > lastTag else { throw reader.damaged("section \(tag) is out of order") }
      guard flags <= 1 else { throw reader.damaged("section \(tag) has reserved flags") }
      lastTag = Int(tag)
      let count = Int(try reader.integer(UInt32.self))
      sections.append(Section(tag: tag, isRequired: flags == 1, payload: try reader.array(count)))
    }
  }

  /// Decodes section `tag` whole, or throws when it is missing.
  package mutating func required<Value>(
    _ tag: UInt16, _ decode: (inout ByteReader) throws(FormatError) -> Value
  ) throws(FormatError) -> Value {
    guard let value = try optional(tag, decode) else { throw .damaged("\(subject)", "section \(tag) is missing") }
    return value
  }

  /// Decodes section `tag` whole, or gives nil when it is missing.
  package mutating func optional<Value>(
    _ tag: UInt16, _ decode: (inout ByteReader) throws(FormatError) -> Value
  ) throws(FormatError) -> Value? {
    known.insert(tag)
    guard let section = sections.first(where: { $0.tag == tag }) else { return nil }
    var reader = ByteReader(section.payload.rawSpan, of: subject)
    let value = try decode(&reader)
    try reader.finish()
    return value
  }

  package func finish() throws(FormatError) {
    if let unknown = sections.first(where: { $0.isRequired && !known.contains($0.tag) }) {
      throw .unsupported("\(subject)", "section \(unknown.tag) is required and not known")
    }
  }
}

package import Primitives

/// A list of pages, by their references; above 192 of them by index pages (formats/manifest.md §3).
package struct ReferenceList: Sendable, Equatable {
  package let level: Int
  /// Nil stands for a page all of whose slots are free; only in the support list.
  package let references: [Reference?]

  package static let empty = ReferenceList(level: 0, references: [])

  package init(level: Int, references: [Reference?]) {
    self.level = level
    self.references = references
  }

  package func write(to output: inout ByteWriter, packs: inout PackTable) {
    output.integer(UInt8(level))
    output.integer(UInt16(references.count))
    for reference in references {
      if let reference {
        reference.write(to: &output, packs: &packs)
      } else {
        Reference.writeEmpty(to: &output)
      }
    }
  }

  package init(from input: inout ByteReader, packs: [UniqueName], allowsEmpty: Bool) throws(FormatError) {
    level = Int(try input.integer(UInt8.self))
    guard level <= Limits.listLevel else { throw .beyondLimit("reference list", "level \(level)", at: input.offset) }
    let count = try input.count(UInt16.self, width: Reference.byteCount, limit: Limits.referencesInNode)
    references = try Reference.readMany(count, from: &input, packs: packs, allowsEmpty: allowsEmpty)
  }
}

extension Reference {
  package static func readMany(
    _ count: Int, from input: inout ByteReader, packs: [UniqueName], allowsEmpty: Bool
  ) throws(FormatError) -> [Reference?] {
    var references: [Reference?] = []
    references.reserveCapacity(count)
    for _ in 0..<count {
      let reference = try read(from: &input, packs: packs)
      guard reference != nil || allowsEmpty else { throw input.damaged("an empty reference where none may be") }
      references.append(reference)
    }
    return references
  }
}

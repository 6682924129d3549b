package import Primitives

/// What a page holds (formats/manifest.md §4).
package enum PageKind: UInt8, Sendable {
  case files = 1
  case chunks = 2
  case support = 3
  case index = 4
  case producers = 5
  case hints = 6
  case owners = 7
}

/// The frame of every page: header, entries, pack table.
package enum Page {
  package static let magic: [UInt8] = Array("SPGE".utf8)
  package static let headerByteCount = 16

  package static func encode(
    _ kind: PageKind, count: Int, _ entries: (inout ByteWriter, inout PackTable) -> Void
  ) -> [UInt8] {
    var body = ByteWriter()
    var packs = PackTable()
    entries(&body, &packs)
    var output = ByteWriter(capacity: headerByteCount + body.count + packs.names.count * UniqueName.byteCount)
    output.append(magic)
    output.append([kind.rawValue, 1])
    output.integer(UInt16(packs.names.count))
    output.integer(UInt32(count))
    output.integer(UInt32(body.count))
    output.append(body.bytes)
    for name in packs.names { output.uniqueName(name) }
    return output.bytes
  }

  /// Decodes the entries of a page of `kind`, one call of `entry` for each.
  package static func decode<Entry>(
    _ bytes: RawSpan, kind: PageKind, countMax: Int,
    _ entry: (inout ByteReader, [UniqueName]) throws(FormatError) -> Entry
  ) throws(FormatError) -> [Entry] {
    guard bytes.byteCount <= Limits.pageByteCount else { throw .beyondLimit("page", "\(bytes.byteCount) bytes") }
    var reader = ByteReader(bytes, of: "page")
    guard try reader.array(4) == magic else { throw .damaged("page", "the magic is missing", at: 0) }
    let actualKind: UInt8 = try reader.integer()
    let version: UInt8 = try reader.integer()
    guard version == 1 else { throw .unsupported("page", "version \(version) is not known") }
    guard actualKind == kind.rawValue else { throw .damaged("page", "kind \(actualKind) where \(kind) is due", at: 4) }
    let packCount = Int(try reader.integer(UInt16.self))
    let count = Int(try reader.integer(UInt32.self))
    let entryByteCount = Int(try reader.integer(UInt32.self))
    guard count <= countMax else { throw .beyondLimit("page", "\(count) entries", at: 8) }
    var body = ByteReader(try reader.span(entryByteCount), of: "page entry")
    let packs = try packTable(&reader, count: packCount)
    var entries: [Entry] = []
    for _ in 0..<count { entries.append(try entry(&body, packs)) }
    try body.finish()
    return entries
  }

  private static func packTable(_ reader: inout ByteReader, count: Int) throws(FormatError) -> [UniqueName] {
    guard reader.remaining == count * UniqueName.byteCount else {
      throw reader.damaged("the pack table does not fill it")
    }
    var packs: [UniqueName] = []
    for _ in 0..<count { packs.append(try reader.uniqueName()) }
    return packs
  }
}

extension Page {
  package static func encode(files: [FileEntry]) -> [UInt8] {
    encode(.files, count: files.count) { output, packs in
      for file in files { file.write(to: &output, packs: &packs) }
    }
  }

  /// The entries of a files page, strictly ascending by path.
  package static func files(_ bytes: RawSpan) throws(FormatError) -> [FileEntry] {
    let files = try decode(bytes, kind: .files, countMax: Limits.filesInPage) {
      input, packs throws(FormatError) in try FileEntry(from: &input, packs: packs)
    }
    for index in files.indices.dropFirst() where !(files[index - 1].path < files[index].path) {
      throw .damaged("files page", "the paths are not in order")
    }
    return files
  }

  /// A page of references: chunks, support or index. Nil is an empty reference.
  package static func encode(_ kind: PageKind, references: [Reference?]) -> [UInt8] {
    encode(kind, count: references.count) { output, packs in
      for reference in references {
        if let reference {
          reference.write(to: &output, packs: &packs)
        } else {
          Reference.writeEmpty(to: &output)
        }
      }
    }
  }

  package static func references(
    _ bytes: RawSpan, kind: PageKind, countMax: Int, allowsEmpty: Bool = false
  ) throws(FormatError) -> [Reference?] {
    try decode(bytes, kind: kind, countMax: countMax) { input, packs throws(FormatError) in
      let reference = try Reference.read(from: &input, packs: packs)
      guard reference != nil || allowsEmpty else { throw input.damaged("an empty reference where none may be") }
      return reference
    }
  }
}

package import Primitives

/// Up to 128 version rows that moved out of a head (formats/head.md §5).
package struct VersionsObject: Sendable, Equatable {
  package static let rowCountMax = 128

  package let collection: CollectionName
  package let rows: [VersionRow]

  package init(collection: CollectionName, rows: [VersionRow]) {
    self.collection = collection
    self.rows = rows
  }

  package func encoded(named name: UniqueName) throws(FormatError) -> SealedObject.Encoded {
    try check()
    var sections = SectionWriter()
    sections.section(1) { output in
      output.string(collection.string)
      output.integer(UInt16(rows.count))
      for row in rows { row.write(to: &output) }
    }
    return SealedObject.encode(.versions, named: .versions(name), sections: sections)
  }

  /// Reads the object that a head refers to, and refuses one with another digest or other versions.
  package init(decoding bytes: RawSpan, of older: OlderVersions, collection: CollectionName) throws(FormatError) {
    let name = ObjectKey.versions(older.object.name)
    guard bytes.byteCount == Int(older.object.byteCount) else {
      throw .damaged("versions", "\(bytes.byteCount) bytes where the head says \(older.object.byteCount)")
    }
    self = try SealedObject.decode(bytes, type: .versions, named: name, of: "versions", expected: older.object.digest) {
      (sections: inout SectionReader) throws(FormatError) in
      try sections.required(1) { (input) throws(FormatError) in try VersionsObject(from: &input) }
    }
    try check()
    guard self.collection == collection, rows.first?.version == older.first, rows.last?.version == older.last else {
      throw .damaged("versions", "it does not hold versions \(older.first) … \(older.last) of \(collection)")
    }
  }

  /// Reads an object by name alone, for those who inspect it.
  package init(decoding bytes: RawSpan, named name: UniqueName) throws(FormatError) {
    self = try SealedObject.decode(bytes, type: .versions, named: .versions(name), of: "versions") {
      (sections: inout SectionReader) throws(FormatError) in
      try sections.required(1) { (input) throws(FormatError) in try VersionsObject(from: &input) }
    }
    try check()
  }

  private init(from input: inout ByteReader) throws(FormatError) {
    collection = try input.collectionName()
    let limit = VersionsObject.rowCountMax
    let count = try input.count(UInt16.self, width: VersionRow.byteCountMin, limit: limit)
    var rows: [VersionRow] = []
    for _ in 0..<count { rows.append(try VersionRow(from: &input)) }
    self.rows = rows
  }

  private func check() throws(FormatError) {
    guard (1...VersionsObject.rowCountMax).contains(rows.count) else {
      throw .beyondLimit("versions", "\(rows.count) rows where 1 … 128 are allowed")
    }
    try rows.checkDense("versions")
    for row in rows { try row.check() }
  }
}

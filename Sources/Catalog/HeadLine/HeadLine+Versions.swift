internal import Primitives
package import SnapshotFormat

extension HeadLine {
  /// The row that `selector` means in a head.
  package func row(_ selector: VersionSelector, in head: Head) throws(CatalogError) -> VersionRow {
    switch selector {
    case .newest:
      guard let row = head.newestRow else { throw .notFound(.anyVersion(collection)) }
      return row
    case .number(let version):
      return try row(of: version, in: head)
    case .tag(let tag):
      guard let version = head.version(tagged: tag) else { throw .notFound(.tag(collection, tag)) }
      return try row(of: version, in: head)
    }
  }

  /// The row of a version, read from a versions object when it moved out of the head.
  package func row(of version: UInt64, in head: Head) throws(CatalogError) -> VersionRow {
    if let row = head.rows.first(where: { $0.version == version }) { return row }
    guard let range = head.older.first(where: { ($0.first...$0.last).contains(version) }),
      let row = try rows(of: range).first(where: { $0.version == version })
    else { throw .notFound(.version(collection, version)) }
    return row
  }

  /// All rows that a head tells of, ascending. Reads each versions object once.
  package func rows(of head: Head) throws(CatalogError) -> [VersionRow] {
    var rows: [VersionRow] = []
    for range in head.older { rows += try self.rows(of: range) }
    return rows + head.rows
  }

  private func rows(of range: OlderVersions) throws(CatalogError) -> [VersionRow] {
    let key = ObjectKey.versions(range.object.name)
    let rows = try origin.sealedObject(key) { bytes throws(FormatError) in
      try VersionsObject(decoding: bytes.rawSpan, of: range, collection: collection).rows
    }
    guard let rows else {
      throw .damaged(key, FormatError(.truncated, "versions", "the head refers to it, and it is missing"))
    }
    return rows
  }
}

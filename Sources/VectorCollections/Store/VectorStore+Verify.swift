internal import Catalog
internal import ObjectTier
package import Primitives
package import SnapshotFormat
package import SnapshotStore

extension VectorStore {
  /// Reads each segment of a version whole, but for those that were verified before, and counts the records.
  ///
  /// - Returns: what is wrong, if anything is: a row, or a total.
  package func verify(_ row: VersionRow, verified: inout Set<UniqueName>) throws(StoreError) -> Damage? {
    let manifest = try store.manifest(row)
    var segments: [OpenSegment] = []
    do throws(StoreError) {
      for entry in try entries(of: manifest) {
        let segment = try files.fetch(entry, of: manifest)
        if verified.insert(segment.index.header.name).inserted { try verify(segment, entry, of: manifest) }
        segments.append(segment)
      }
      try verifyCount(segments, row, of: manifest)
    } catch {
      guard case .damage(let damage) = error else { throw error }
      return damage
    }
    return nil
  }

  private func verify(_ segment: OpenSegment, _ entry: FileEntry, of manifest: ManifestReader) throws(StoreError) {
    do throws(FormatError) {
      try segment.read { (reader) throws(FormatError) in try reader.verify() }
    } catch {
      var damage = Damage(error, of: .manifest(manifest.name), in: store.catalog.origin.location)
      damage.file = entry.path
      throw .damage(damage)
    }
  }

  /// What the head and the root say of how many records there are.
  private func verifyCount(
    _ segments: [OpenSegment], _ row: VersionRow, of manifest: ManifestReader
  ) throws(StoreError) {
    var count: UInt64 = 0
    do throws(FormatError) {
      let records = try LiveRecords(try segments.sources(under: nil))
      while try records.next() != nil { count += 1 }
      guard count == row.recordCount, count == manifest.root.totals.records else {
        throw .damaged(
          "version \(row.version)",
          "it has \(count) records where \(row.recordCount) and \(manifest.root.totals.records) are told")
      }
    } catch { throw .damage(error, of: .manifest(manifest.name), in: store.catalog.origin.location) }
  }
}

internal import Catalog
internal import ObjectTier
internal import Primitives
package import SnapshotFormat
package import SnapshotStore

/// The segments of the version that was verified last: the next one shares most of them.
///
/// A segment that a version does not name comes in no later one, so what is verified in order is fetched once, and no
/// more of it is kept than one version has.
package struct VerifiedSegments: Sendable {
  fileprivate struct Key: Hashable {
    let path: RelativePath
    let digest: Digest
  }

  fileprivate var segments: [Key: OpenSegment] = [:]
  /// How many were fetched and read whole.
  package fileprivate(set) var count = 0

  package init() {}
}

extension VectorStore {
  /// Reads each segment of a version whole, but for those of the version before, and counts the records.
  ///
  /// - Returns: what is wrong, if anything is: a row, or a total.
  package func verify(_ row: VersionRow, after before: inout VerifiedSegments) throws(StoreError) -> Damage? {
    let manifest = try store.manifest(row)
    do throws(StoreError) {
      let segments = try verified(try entries(of: manifest), of: manifest, &before)
      try verifyCount(segments, row, of: manifest)
    } catch {
      guard case .damage(let damage) = error else { throw error }
      return damage
    }
    return nil
  }

  private func verified(
    _ entries: [FileEntry], of manifest: ManifestReader, _ before: inout VerifiedSegments
  ) throws(StoreError) -> [OpenSegment] {
    let known = before.segments
    before.segments = [:]
    var segments: [OpenSegment] = []
    for entry in entries {
      let key = VerifiedSegments.Key(path: entry.path, digest: entry.digest)
      let segment = if let segment = known[key] { segment } else { try files.fetch(entry, of: manifest) }
      if known[key] == nil {
        before.count += 1
        try verify(segment, entry, of: manifest)
      }
      // A damaged one is damage of each version that has it.
      before.segments[key] = segment
      segments.append(segment)
    }
    return segments
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

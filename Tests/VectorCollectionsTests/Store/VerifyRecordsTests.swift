import Catalog
import Primitives
import RecordSamples
import SnapshotFormat
import SnapshotStore
import Testing
import VectorCollections

struct VerifyRecordsTests {
  private let producers = OperationSource.producers

  /// A version with a segment of these rows, and a row that tells of so many records.
  private func version(_ test: TestVectors, recordCount: UInt64) throws -> VersionRow {
    try test.append([.upsert(RecordName("a")!, RecordBody(floats: [1]))], by: producers[0])
    let row = try #require(try test.vectors.compact().row)
    return VersionRow(
      version: row.version, root: row.root, contentHash: row.contentHash, created: row.created,
      fileCount: row.fileCount, recordCount: recordCount, byteCount: row.byteCount,
      writeIdentifier: row.writeIdentifier, message: row.message)
  }

  @Test func `a version that has other records than are told of is damaged`() throws {
    let test = try TestVectors()
    var verified = VerifiedSegments()
    let damage = try test.vectors.verify(try version(test, recordCount: 2), after: &verified)
    #expect(damage?.reason.contains("1 records where 2 and 1 are told") == true, "\(String(describing: damage))")
  }

  @Test func `every version of records that were changed in all ways is sound, each segment read once`() throws {
    let test = try TestVectors()
    var source = OperationSource(seed: 5)
    for round in 0..<12 {
      let operations = (0..<40).map { _ in source.stamped().1.operation }
      try test.append(operations, by: producers[round % 2])
      _ = try test.vectors.compact()
    }
    let head = try test.vectors.store.head(of: test.vectors.collection)
    var verified = VerifiedSegments()
    var names: Set<RelativePath> = []
    for row in try HeadLine(test.origin, test.vectors.collection).rows(of: head) {
      #expect(try test.vectors.verify(row, after: &verified) == nil)
      try test.vectors.store.manifest(row).forEachFile { entry throws(StoreError) in
        if case .file = entry.content { names.insert(entry.path) }
      }
    }
    #expect(verified.count == names.count && names.count >= 12)
  }
}

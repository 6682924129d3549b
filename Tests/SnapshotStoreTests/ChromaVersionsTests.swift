import SnapshotFormat
import SnapshotStore
import Testing

@Suite struct `six versions of a ChromaDB directory` {
  @Test func `come back byte for byte, cost little, and verify`() throws {
    let versions = try ChromaVersions()
    let store = try TestStore()
    var stored: [UInt64] = []
    for version in 1...6 {
      let result = try store.create(versions.path(version))
      #expect(!result.isUnchanged)
      stored.append(result.statistics.bytesStored)
    }
    print("bytes stored by version: \(stored)")
    for version in 1...6 {
      let manifest = try store.manifest(UInt64(version))
      for (path, bytes) in try versions.files(version) {
        #expect(try contents(path, of: manifest) == bytes, "\(path) of version \(version)")
      }
    }
    let (summary, findings) = try store.verify()
    #expect(findings.isEmpty, "\(findings)")
    #expect(summary.chunks > 100)
  }

  @Test func `have the same content hash with one worker and with two, and creating again changes nothing`() throws {
    let versions = try ChromaVersions()
    let one = try TestStore(jobs: 1)
    let two = try TestStore(jobs: 2)
    let first = try one.create(versions.path(1))
    #expect(try two.create(versions.path(1)).row.contentHash == first.row.contentHash)
    let again = try one.create(versions.path(1))
    #expect(again.isUnchanged)
    #expect(again.row.version == 1)
  }
}

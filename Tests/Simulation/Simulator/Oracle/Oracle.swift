import Catalog
import SnapshotFormat
import SnapshotStore
import VectorCollections

/// Compares what is there in the end with what users were told, and with what was ever sent.
struct Oracle {
  let process: SimulatedProcess
  let store: SnapshotStore
  let vectors: VectorStore
  var world: World { process.world }

  init(_ process: SimulatedProcess) {
    self.process = process
    store = Settings.store(process)
    vectors = Settings.vectors(process, store)
  }

  func faults() -> [String] {
    var faults = lineFaults() + changeFaults()
    do throws(StoreError) {
      if try vectors.store.catching({ () throws(CatalogError) in try hasWords() }) {
        try compactAll()
        faults += try recordFaults()
      }
      faults += lineFaults() + leaseFaults()
      faults += try damage()
    } catch {
      faults.append("a fresh process, in fair weather: \(error)")
    }
    return faults
  }

  private func hasWords() throws(CatalogError) -> Bool {
    try HeadLine(store.catalog.origin, World.words).newest() != nil
  }

  /// Until nothing waits any more.
  private func compactAll() throws(StoreError) {
    for _ in 0..<64 {
      let result = try vectors.compact()
      if result.isUnchanged { return }
    }
    throw .invalid("a compaction finds something to do for ever")
  }

  private func damage() throws(StoreError) -> [String] {
    var found: [String] = []
    let verifier = Verifier(store, tier: store.catalog.origin, level: .full) { finding in
      found.append("verify: \(finding.damage.object): \(finding.damage.reason)")
    }
    _ = try verifier.run(.store)
    return found
  }
}

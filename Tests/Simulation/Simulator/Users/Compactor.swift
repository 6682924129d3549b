import Catalog
import SnapshotFormat
import SnapshotStore
import VectorCollections

/// Compacts now and then, mostly under the lease.
struct Compactor: User {
  let name: String

  func run(_ process: SimulatedProcess) {
    let store = Settings.store(process)
    process.repeatedly(2 + process.chance.below(12)) {
      var settings = Settings.vectors(process, store).settings
      if process.chance.happens(1, in: 5) { settings.lease = nil }
      let vectors = VectorStore(store, World.words, settings: settings)
      do throws(StoreError) {
        let limit = process.chance.happens(1, in: 3) ? 1 + process.chance.below(2) : nil
        let result = try process.world.plant.compact(vectors, deltaCountMax: limit, process)
        for _ in result.held { process.world.count(.heldBack) }
        guard process.isAlive, let row = result.row else { return }
        process.world.ledger.compacted(row.version, at: process.world.scheduler.now)
      } catch {
        process.note(error)
      }
    }
  }
}

extension SimulatedProcess {
  /// Counts why something was not committed.
  func note(_ error: StoreError) {
    guard isAlive else { return }
    world.trace.note(name, "\(error)")
    if case .catalog(let error) = error { note(error) }
  }

  func note(_ error: CatalogError) {
    switch error {
    case .outcomeUnknown: world.count(.unknown)
    case .locked: world.count(.leaseRefused)
    default: break
    }
  }
}

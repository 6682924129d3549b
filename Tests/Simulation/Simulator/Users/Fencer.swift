import Catalog
import Primitives
import SnapshotFormat
import SnapshotStore

/// Fences all lines as a collection pass does, and breaks a lease now and then.
struct Fencer: User {
  let name: String

  func run(_ process: SimulatedProcess) {
    let store = Settings.store(process)
    process.repeatedly(1 + process.chance.below(5)) {
      if process.chance.happens(1, in: 3) { return breakLease(store, process) }
      fence(store, process)
    }
  }

  private func fence(_ store: SnapshotStore, _ process: SimulatedProcess) {
    var epoch: UInt64 = 0
    let raisesLeast = process.chance.happens(1, in: 2)
    for line in [CollectionName.store, World.words, World.tree] {
      _ = process.change(store, line) { head in
        if line == .store { epoch = head.fences.gcEpoch + 1 }
        guard epoch > head.fences.gcEpoch else { return [] }
        return [.fence(gcEpoch: epoch, leastIntentEpoch: raisesLeast ? epoch : 0)]
      }
      guard process.isAlive, epoch > 0 else { return }
    }
  }

  private func breakLease(_ store: SnapshotStore, _ process: SimulatedProcess) {
    do throws(CatalogError) {
      _ = try Leases(store.catalog, World.words, settings: store.settings).breakHold(deadline: .never)
      if process.isAlive { process.world.count(.broken) }
    } catch {
      process.world.trace.note(process.name, "\(error)")
    }
  }
}

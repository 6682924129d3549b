import Catalog
import ObjectTier
import SnapshotFormat
import SnapshotStore
import VectorCollections

/// Removes deltas that the newest head has compacted (formats/store.md §1); not those that were set aside.
struct Sweeper: User {
  let name: String

  func run(_ process: SimulatedProcess) {
    let store = Settings.store(process)
    let vectors = Settings.vectors(process, store)
    process.repeatedly(4 + process.chance.below(16)) { sweep(store.catalog.origin, vectors, process) }
  }

  private func sweep(_ origin: any ObjectTier, _ vectors: VectorStore, _ process: SimulatedProcess) {
    guard let listing = try? vectors.deltas() else { return }
    let aside = Set(listing.quarantined.map { ObjectKey.delta(World.words, $0.producer, sequence: $0.sequence) })
    for (producer, last) in listing.compacted.sorted(by: { $0.key < $1.key }) {
      let names = try? origin.list(.deltas(World.words, producer), after: nil, limit: 1_000)
      for name in names ?? [] where name.number.map({ $0 <= last }) ?? false && !aside.contains(name) {
        guard process.isAlive else { return }
        guard (try? origin.remove(name)) != nil else { continue }
        process.world.count(.deltaRemoved)
      }
    }
  }
}

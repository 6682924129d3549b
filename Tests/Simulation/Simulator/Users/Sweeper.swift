import Catalog
import ObjectTier
import SnapshotFormat
import SnapshotStore
import VectorCollections

/// Removes deltas that the newest head has compacted (formats/store.md §1).
struct Sweeper: User {
  let name: String

  func run(_ process: SimulatedProcess) {
    let store = Settings.store(process)
    let vectors = Settings.vectors(process, store)
    process.repeatedly(3 + process.chance.below(8)) { sweep(store.catalog.origin, vectors, process) }
  }

  private func sweep(_ origin: any ObjectTier, _ vectors: VectorStore, _ process: SimulatedProcess) {
    guard let compacted = try? vectors.deltas().compacted else { return }
    for (producer, last) in compacted.sorted(by: { $0.key < $1.key }) {
      let names = try? origin.list(.deltas(World.words, producer), after: nil, limit: 1_000)
      for name in names ?? [] where name.number.map({ $0 <= last }) ?? false {
        guard process.isAlive else { return }
        guard (try? origin.remove(name)) != nil else { continue }
        process.world.count(.deltaRemoved)
      }
    }
  }
}

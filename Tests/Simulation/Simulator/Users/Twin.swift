import Catalog
import Primitives
import SnapshotStore
import VectorCollections

/// Appends under a producer's name that others use as well, and takes whatever number comes next.
struct Twin: User {
  let name: String
  let producer: ProducerName

  func run(_ process: SimulatedProcess) {
    let store = Settings.store(process)
    let vectors = Settings.vectors(process, store)
    process.repeatedly(3 + process.chance.below(10)) {
      let work = Work(producer, process)
      append(work, vectors, process)
      if process.isAlive, process.chance.happens(1, in: 3) { process.lookFor(work, vectors) }
    }
  }

  private func append(_ work: Work, _ vectors: VectorStore, _ process: SimulatedProcess) {
    process.world.begin(work)
    do throws(AppendError) {
      let outcome = try process.world.plant.append(work.request, vectors, process)
      guard process.isAlive, case .appended(let key, _, _) = outcome else { return }
      process.world.count(.appended)
      process.world.settle(work, .acknowledged, as: key)
    } catch {
      process.note(error, work)
    }
  }
}

extension SimulatedProcess {
  /// What an append that failed means for its user.
  func note(_ error: AppendError, _ work: Work) {
    guard isAlive else { return }
    world.trace.note(name, "\(work.mark): \(error)")
    if case .log(.outcomeUnknown) = error { return world.count(.unknown) }
    // What went wrong with the registry concerns no delta.
    world.settle(work, .refused)
  }

  /// A reader sees what was acknowledged before it came, or the head says why it does not.
  func lookFor(_ work: Work, _ vectors: VectorStore) {
    guard world.ledger.appends[work.mark]?.outcome == .acknowledged else { return }
    do throws(StoreError) {
      let isSeen = try vectors.readerWithPending().get(work.own) != nil
      guard !isSeen, isAlive else { return }
      let reconciled = try vectors.reconcile()
      guard isAlive, reconciled.runs.first(where: { $0.name == work.mark })?.quarantined != work.request.expected else {
        return
      }
      world.ledger.fault("\(work.mark) was acknowledged, and a reader that came later does not see it")
    } catch {
      world.trace.note(name, "read: \(error)")
    }
  }
}

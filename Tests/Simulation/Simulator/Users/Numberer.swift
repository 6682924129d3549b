import Catalog
import Primitives
import SnapshotFormat
import SnapshotStore
import VectorCollections

/// The only user of a producer's name: gives its deltas their numbers, and delivers each until it is told that it is
/// there, crashes or not.
final class Numberer: User {
  let name: String
  let producer: ProducerName
  private let next = Held<(sequence: UInt64, work: Work?)>((1, nil))

  init(name: String, producer: ProducerName) {
    self.name = name
    self.producer = producer
  }

  func run(_ process: SimulatedProcess) {
    let vectors = Settings.vectors(process, Settings.store(process))
    process.repeatedly(2 + process.chance.below(8)) {
      let work = next.value.work ?? Work(producer, process)
      next.value.work = work
      deliver(work, vectors, process)
      // A queue that delivers twice.
      if process.isAlive, process.chance.happens(1, in: 4) { deliverAgain(work, vectors, process) }
    }
  }

  private func deliver(_ work: Work, _ vectors: VectorStore, _ process: SimulatedProcess) {
    var request = work.request
    request.sequence = next.value.sequence
    process.world.begin(work)
    do throws(AppendError) {
      let outcome = try process.world.plant.append(request, vectors, process)
      guard process.isAlive else { return }
      process.count(outcome)
      process.world.settle(work, .acknowledged, as: outcome.newKey)
      next.value = (next.value.sequence + 1, nil)
    } catch {
      // It is delivered again: until then nobody knows.
      guard process.isAlive else { return }
      process.world.trace.note(process.name, "\(work.mark): \(error)")
      if case .log(.outcomeUnknown) = error { process.world.count(.unknown) }
      if case .log(.conflict(let key)) = error {
        process.world.ledger.fault("\(key) holds other work than \(work.mark), of the only one who numbers \(producer)")
      }
    }
  }

  private func deliverAgain(_ work: Work, _ vectors: VectorStore, _ process: SimulatedProcess) {
    guard next.value.work == nil, next.value.sequence > 1 else { return }
    var request = work.request
    request.sequence = next.value.sequence - 1
    do throws(AppendError) {
      let outcome = try process.world.plant.append(request, vectors, process)
      guard process.isAlive else { return }
      process.count(outcome)
      if case .appended(let key, _, _) = outcome {
        process.world.ledger.fault("\(key) was acknowledged before, and is appended once more")
      }
    } catch {
      process.world.trace.note(process.name, "\(work.mark), again: \(error)")
    }
  }
}

extension AppendOutcome {
  /// Nil where the work was there before.
  fileprivate var newKey: ObjectKey? {
    if case .appended(let key, _, _) = self { key } else { nil }
  }
}

extension SimulatedProcess {
  fileprivate func count(_ outcome: AppendOutcome) {
    switch outcome {
    case .appended: world.count(.appended)
    case .alreadyThere: world.count(.alreadyThere)
    case .alreadyCompacted: world.count(.alreadyCompacted)
    }
  }
}

import Catalog
import Primitives
import SnapshotFormat
import SnapshotStore

/// Tags, holds, releases, sets policies, drops old versions: what other commits merge with.
struct Marker: User {
  let name: String
  let collection: CollectionName

  func run(_ process: SimulatedProcess) {
    let store = Settings.store(process)
    // What is tagged or held keeps old versions from being dropped.
    let keeps = process.chance.happens(1, in: 2)
    process.repeatedly(3 + process.chance.below(10)) {
      switch process.chance.below(8) {
      case 0...2: if keeps { tag(store, process) }
      case 3, 4: if keeps { hold(store, process) }
      case 5: release(store, process)
      case 6: retain(store, process)
      default: setPolicy(store, process)
      }
    }
  }

  private func tag(_ store: SnapshotStore, _ process: SimulatedProcess) {
    let mark = process.world.ledger.mark("t")
    process.world.ledger.tags[mark] = Ledger.Change(collection: collection)
    var version: UInt64?
    let outcome = process.change(store, collection) { head in
      version = head.newestRow?.version
      guard let tag = TagName(mark), let version, head.version(tagged: tag) != version else { return [] }
      return [.tag(tag, version: version)]
    }
    process.world.ledger.tags[mark]?.version = version
    process.world.ledger.tags[mark]?.outcome = version == nil && outcome == .acknowledged ? .refused : outcome
  }

  private func hold(_ store: SnapshotStore, _ process: SimulatedProcess) {
    let mark = process.world.ledger.mark("h")
    process.world.ledger.holds[mark] = Ledger.Change(collection: collection)
    var version: UInt64?
    let outcome = process.change(store, collection) { head in
      version = head.newestRow?.version
      guard let version else { return [] }
      let hold = Hold(version: version, until: nil, label: mark)
      return head.holds.contains(hold) ? [] : [.hold(hold)]
    }
    process.world.ledger.holds[mark]?.version = version
    process.world.ledger.holds[mark]?.outcome = version == nil && outcome == .acknowledged ? .refused : outcome
  }

  private func release(_ store: SnapshotStore, _ process: SimulatedProcess) {
    _ = process.change(store, collection) { head in
      guard let hold = head.holds.first else { return [] }
      process.world.ledger.holds[hold.label]?.outcome = .unknown
      return [.release(version: hold.version, label: hold.label)]
    }
  }

  /// Drops what nobody tagged or held, but for the newest.
  private func retain(_ store: SnapshotStore, _ process: SimulatedProcess) {
    _ = process.change(store, collection) { head in
      let protected = (head.tags.map(\.version) + head.holds.map(\.version) + [head.newestVersion]).min() ?? 0
      guard let oldest = head.oldestVersion, protected > oldest else { return [] }
      return [.retain(from: protected)]
    }
  }

  private func setPolicy(_ store: SnapshotStore, _ process: SimulatedProcess) {
    let value = process.world.ledger.mark("p")
    _ = process.change(store, collection) { _ in [.policy(key: process.chance.pick(["a", "b"]), value: value)] }
  }
}

extension SimulatedProcess {
  /// Makes small changes to a head, as the façade does.
  func change(
    _ store: SnapshotStore, _ collection: CollectionName, _ changes: (Head) -> [HeadChange]
  ) -> Ledger.Outcome {
    var settings = store.settings
    settings.policy = settings.policy.forSmallChanges
    let transaction = CommitTransaction(store.catalog, collection, settings: settings, deadline: .never)
    do throws(CommitFailure<CatalogError>) {
      _ = try transaction.retrying { (head) throws(CatalogError) in
        let changes = changes(head)
        return changes.isEmpty ? nil : Proposal(changes)
      }
      return isAlive ? .acknowledged : .unknown
    } catch {
      guard isAlive else { return .unknown }
      world.trace.note(name, "\(error.error)")
      note(error.error)
      if case .outcomeUnknown = error.error { return .unknown }
      return .refused
    }
  }
}

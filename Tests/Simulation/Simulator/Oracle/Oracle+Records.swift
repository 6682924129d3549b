import Catalog
import Primitives
import RecordSamples
import SnapshotFormat
import SnapshotStore
import VectorCollections

/// Every record that was acknowledged is there exactly once, and reads as the last writer left it.
extension Oracle {
  func recordFaults() throws(StoreError) -> [String] {
    let head = try store.head(of: World.words)
    let reconciled = try vectors.reconcile()
    let counted = try countedDeltas(head)
    return runFaults(reconciled, head) + (try stateFaults(head, counted)) + deltaFaults() + (try clockFaults(head))
  }

  /// What was asked for when a version was there is later than all that is in it, by whatever clock.
  private func clockFaults(_ head: Head) throws(StoreError) -> [String] {
    let rows = try store.catching { () throws(CatalogError) in
      try HeadLine(store.catalog.origin, World.words).rows(of: head)
    }
    var seen: [(at: UInt64, clock: HybridClock)] = []
    for compaction in world.ledger.compactions {
      guard let row = rows.first(where: { $0.version == compaction.version }) else { continue }
      seen.append((compaction.at, try store.manifest(row).root.vectors?.greatestClock ?? .zero))
    }
    var faults: [String] = []
    for (mark, append) in world.ledger.appends.sorted(by: { $0.key < $1.key }) {
      guard append.outcome == .acknowledged, let key = append.key,
        let landing = world.origin.landings(at: key).first,
        let first = try decoded(landing.bytes, key).first?.clock,
        let last = seen.filter({ $0.at < append.began }).map(\.clock).max(), first <= last
      else { continue }
      faults.append("\(mark) came after a version with the clock \(last.value), and has \(first.value)")
    }
    return faults
  }

  /// By run, for each append has one of its own.
  private func runFaults(_ reconciled: Reconciliation, _ head: Head) -> [String] {
    var faults = reconciled.missing.map { "\($0.key.string): sequences \($0.value) are missing" }
    let runs = Dictionary(uniqueKeysWithValues: reconciled.runs.map { ($0.name, $0) })
    for (mark, append) in world.ledger.appends.sorted(by: { $0.key < $1.key }) {
      guard let run = runs[mark] else {
        if append.outcome == .acknowledged { faults.append("\(mark) was acknowledged, and is lost") }
        continue
      }
      if append.outcome == .refused { faults.append("\(mark) was refused, and is there") }
      if run.appended != append.operations || !run.reconciles || run.pending > 0 {
        faults.append("\(mark) brought \(append.operations) operations, and these are counted: \(run)")
      }
    }
    for name in runs.keys.sorted() where world.ledger.appends[name] == nil { faults.append("nobody appended \(name)") }
    for delta in head.quarantine {
      faults.append("\(delta.producer.string)/\(delta.sequence) is quarantined: \(delta.reason)")
    }
    return faults
  }

  /// The records are those of a dictionary on which all counted operations were done in order.
  private func stateFaults(
    _ head: Head, _ counted: [(ProducerName, StampedOperation)]
  ) throws(StoreError) -> [String] {
    guard let row = head.newestRow else { return [] }
    let expected = replayed(counted)
    var found: [RecordName: RecordBody] = [:]
    try vectors.reader(row).scan { record throws(StoreError) in
      found[record.id] = record.body
      return true
    }
    let names = Set(expected.keys).union(found.keys)
    return names.filter { expected[$0] != found[$0] }.sorted().map { name in
      "record \(name) was left as \(told(expected[name])), and is \(told(found[name]))"
    }
  }

  private func told(_ body: RecordBody?) -> String {
    body.map { "\($0.floats) with \($0.metadata.fields.count) fields" } ?? "gone"
  }

  /// The operations of all compacted deltas, from the first body of each name: what came later was void.
  private func countedDeltas(_ head: Head) throws(StoreError) -> [(ProducerName, StampedOperation)] {
    var operations: [(ProducerName, StampedOperation)] = []
    for (producer, last) in try vectors.deltas().compacted.sorted(by: { $0.key < $1.key }) where last > 0 {
      for sequence in 1...last where !head.isAside(producer, sequence) {
        let key = ObjectKey.delta(World.words, producer, sequence: sequence)
        guard let landing = world.origin.landings(at: key).first else { throw .invalid("\(key) was never there") }
        operations += try decoded(landing.bytes, key).map { (producer, $0) }
      }
    }
    return operations
  }

  private func decoded(_ bytes: [UInt8], _ key: ObjectKey) throws(StoreError) -> [StampedOperation] {
    do throws(FormatError) {
      var reader = try DeltaReader(bytes.rawSpan, named: key)
      var operations: [StampedOperation] = []
      while let batch = try reader.next() { operations += batch }
      return operations
    } catch { throw .invalid("\(key): \(error)") }
  }

  /// A delta has one body, unless its number was compacted and removed before: then what comes is void.
  private func deltaFaults() -> [String] {
    var faults: [String] = []
    for key in world.origin.landedKeys where key.isDelta {
      let landings = world.origin.landings(at: key)
      if landings.contains(where: { !$0.isCreated }) { faults.append("\(key) was written over") }
      if landings.count > 1 { world.count(.voided) }
    }
    return faults
  }
}

extension Head {
  fileprivate func isAside(_ producer: ProducerName, _ sequence: UInt64) -> Bool {
    quarantine.contains { $0.producer == producer && $0.sequence == sequence }
  }
}

internal import ObjectTier
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// Deltas of one store that versions of another would pass over: these have compacted their numbers, and not them.
///
/// No compaction would take them any more, and no reader would see them (formats/head.md §9).
struct OvertakenDeltas {
  /// Where the deltas wait.
  let log: DeltaLog
  /// How far that store had compacted them.
  let state: CompactedState
  private let waiting: [ProducerName: Set<UInt64>]

  /// Lists what waits, once.
  init(_ log: DeltaLog, after state: CompactedState) throws(DeltaLogError) {
    self.log = log
    self.state = state
    waiting = try log.waitingSequences(after: state)
  }

  /// What a version passes over, by producer, then sequence.
  ///
  /// - Parameters:
  ///   - vectors: the collection in the store that the version is read from.
  ///   - isCertain: whether those are left out of which the version no longer tells whether it has taken them.
  func found(
    by row: VersionRow, in vectors: VectorStore, isCertain: Bool = false
  ) throws(StoreError) -> [QuarantinedDelta] {
    let manifest = try vectors.store.manifest(row)
    var passed: [(producer: ProducerName, sequence: UInt64)] = []
    for row in try manifest.producers() {
      for sequence in try sequences(of: row.producer, through: row.compacted)
      where state.quarantined(row.producer, sequence) == nil {
        passed.append((row.producer, sequence))
      }
    }
    guard !passed.isEmpty else { return [] }
    let origins = try vectors.origins(of: manifest)
    guard origins.isWhole || !isCertain else { return [] }
    let taken = Set(origins.listed.map(\.digest))
    var overtaken: [QuarantinedDelta] = []
    for (producer, sequence) in passed {
      let digest = try tail(producer, sequence)?.digest ?? .zero
      guard !taken.contains(digest) else { continue }
      overtaken.append(
        QuarantinedDelta(
          producer: producer, sequence: sequence, digest: digest,
          reason: "versions were copied that have another delta under this number"))
    }
    return overtaken
  }

  /// What waits and is as old as what versions no longer accept: it would be set aside for good.
  func outdated(by oldest: HybridClock) throws(StoreError) -> [(producer: ProducerName, sequence: UInt64)] {
    guard oldest > state.oldestRecord else { return [] }
    var outdated: [(ProducerName, UInt64)] = []
    for producer in waiting.keys.sorted() {
      for sequence in waiting[producer, default: []].sorted() where state.quarantined(producer, sequence) == nil {
        if let tail = try tail(producer, sequence), tail.footer.leastClock <= oldest {
          outdated.append((producer, sequence))
        }
      }
    }
    return outdated
  }

  /// The numbers that wait. One that is not listed is asked for: listings may lag behind.
  private func sequences(of producer: ProducerName, through last: UInt64) throws(StoreError) -> [UInt64] {
    var found = Set((waiting[producer] ?? []).filter { $0 <= last })
    var next = state.sequence(of: producer) + 1
    while next <= last {
      guard try found.contains(next) ? true : isThere(producer, next) else { break }
      found.insert(next)
      next += 1
    }
    return found.sorted()
  }

  private func isThere(_ producer: ProducerName, _ sequence: UInt64) throws(StoreError) -> Bool {
    do throws(TierError) { return try log.tier.byteCount(of: log.key(producer, sequence)) != nil } catch {
      throw .tier(error)
    }
  }

  /// Nil of one that cannot be read: it may be any.
  private func tail(_ producer: ProducerName, _ sequence: UInt64) throws(StoreError) -> DeltaTail? {
    do throws(DeltaLogError) { return try log.tail(log.key(producer, sequence)) } catch {
      guard case .damaged = error else { throw StoreError(error, in: log.tier) }
      return nil
    }
  }
}

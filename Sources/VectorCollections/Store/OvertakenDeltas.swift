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

  /// What a version passes over, by producer, then sequence. Costs nothing where nothing waits.
  ///
  /// - Parameter vectors: the collection in the store that the version is read from.
  func found(by row: VersionRow, in vectors: VectorStore) throws(StoreError) -> [QuarantinedDelta] {
    guard !waiting.isEmpty else { return [] }
    let manifest = try vectors.store.manifest(row)
    var passed: [(producer: ProducerName, sequence: UInt64)] = []
    for row in try manifest.producers() {
      let sequences = waiting[row.producer]?.filter { $0 <= row.compacted } ?? []
      for sequence in sequences.sorted() where state.quarantined(row.producer, sequence) == nil {
        passed.append((row.producer, sequence))
      }
    }
    guard !passed.isEmpty else { return [] }
    var taken: Set<Digest> = []
    for origin in try vectors.origins(of: manifest).listed { taken.insert(origin.digest) }
    var overtaken: [QuarantinedDelta] = []
    for (producer, sequence) in passed {
      let digest = try digest(producer, sequence)
      guard !taken.contains(digest) else { continue }
      overtaken.append(
        QuarantinedDelta(
          producer: producer, sequence: sequence, digest: digest,
          reason: "versions were copied that have another delta under this number"))
    }
    return overtaken
  }

  /// Zero of one that cannot be read: it may be any.
  private func digest(_ producer: ProducerName, _ sequence: UInt64) throws(StoreError) -> Digest {
    do throws(DeltaLogError) {
      return try log.tail(log.key(producer, sequence))?.digest ?? .zero
    } catch {
      guard case .damaged = error else { throw StoreError(error, in: log.tier) }
      return .zero
    }
  }
}

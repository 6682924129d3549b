internal import Primitives
internal import SnapshotFormat
internal import Synchronization

/// What a process remembers of the collections it appends to, so that an append reads nothing that it has read before.
///
/// - It is never believed, only probed: a head counts as the newest as long as the origin has no later one, and a delta
///   as the last of its producer as long as the next numbers are free.
/// - A process that starts knows nothing, and reads.
package final class AppendMemory: Sendable {
  /// A head, and what is read with it. Neither ever changes.
  struct KnownHead: Sendable {
    let head: Head
    let state: CompactedState
    /// The root of its newest version, and what that asks of writers.
    let manifest: (name: UniqueName, writers: WriterRequirement)?
    /// Nil while it is not known. Where no version and no head tells it, it is that of the first readable delta.
    var schema: VectorSchema?
  }

  /// The last delta of a producer, written by this process and in no doubt.
  struct LastDelta: Sendable {
    let sequence: UInt64
    let digest: Digest
    let clock: HybridClock
  }

  private struct Line: Hashable {
    let collection: CollectionName
    let producer: ProducerName
  }

  private struct State {
    var heads: [CollectionName: KnownHead] = [:]
    var lasts: [Line: LastDelta] = [:]
  }

  /// So many collections, and so many producers, are remembered; of more, none.
  private static let countMax = 4_096

  private let state = Mutex(State())

  package init() {}

  func head(of collection: CollectionName) -> KnownHead? {
    state.withLock { $0.heads[collection] }
  }

  func note(_ known: KnownHead, of collection: CollectionName) {
    state.withLock { state in
      if state.heads.count >= AppendMemory.countMax { state.heads.removeAll() }
      state.heads[collection] = known
    }
  }

  /// What the collection's records are like, learned while `head` was the newest.
  func note(_ schema: VectorSchema, of collection: CollectionName) {
    state.withLock { $0.heads[collection]?.schema = schema }
  }

  func last(_ collection: CollectionName, _ producer: ProducerName) -> LastDelta? {
    state.withLock { $0.lasts[Line(collection: collection, producer: producer)] }
  }

  /// - Parameter last: nil forgets.
  func note(_ last: LastDelta?, _ collection: CollectionName, _ producer: ProducerName) {
    state.withLock { state in
      if state.lasts.count >= AppendMemory.countMax { state.lasts.removeAll() }
      state.lasts[Line(collection: collection, producer: producer)] = last
    }
  }
}

import Primitives
import SnapshotFormat
import Synchronization
import VectorCollections

/// A head that a test moves.
final class SampleHead: CompactedSequences {
  let current = Mutex(CompactedState())

  /// Why it cannot be read; nil: it can.
  let failure = Mutex<String?>(nil)

  /// What happens right after the next look.
  let looked = Mutex<(@Sendable () -> Void)?>(nil)

  /// The deltas that were compacted before others.
  let held = Mutex<Set<Digest>>([])

  func holds(_ producer: ProducerName, _ sequence: UInt64, _ digest: Digest) -> Bool? {
    held.withLock { $0.contains(digest) }
  }

  func state() throws(DeltaLogError) -> CompactedState {
    if let reason = failure.withLock({ $0 }) { throw .head(reason) }
    let state = current.withLock { $0 }
    let looked = looked.withLock { looked in
      defer { looked = nil }
      return looked
    }
    looked?()
    return state
  }

  func compact(_ producer: ProducerName, through sequence: UInt64, digest: Digest) {
    current.withLock { $0.positions[producer] = CompactedState.Position(sequence: sequence, digest: digest) }
  }
}

final class SampleClock: WallClock {
  let time = Mutex(Timestamp(milliseconds: 1_700_000_000_000))
  func now() -> Timestamp { time.withLock { $0 } }
  func set(_ milliseconds: Int64) { time.withLock { $0 = Timestamp(milliseconds: milliseconds) } }
}

/// A delta log over a tier in memory.
struct SampleLog {
  let tier = MemoryTier()
  let head = SampleHead()
  let clock = SampleClock()
  let producer = ProducerName("worker-1")!

  var log: DeltaLog {
    DeltaLog(
      tier: tier, collection: CollectionName("words")!, schema: VectorSchema(dimension: 1), compacted: head,
      clock: clock)
  }

  func key(_ sequence: UInt64) -> ObjectKey {
    .delta(CollectionName("words")!, producer, sequence: sequence)
  }

  func request(_ text: String, sequence: UInt64? = nil) -> AppendRequest {
    let body = RecordBody(floats: [1], document: UTF8Text(text))
    var request = AppendRequest(producer: producer, operations: [.upsert(RecordName("id-\(text)")!, body)])
    request.sequence = sequence
    return request
  }

  @discardableResult
  func append(_ text: String, sequence: UInt64? = nil) throws -> AppendOutcome {
    try log.append(request(text, sequence: sequence))
  }

  func tail(_ sequence: UInt64) throws -> DeltaTail {
    let bytes = tier.objects[key(sequence)] ?? []
    return try DeltaTail(tail: bytes.rawSpan)
  }

  func digest(_ sequence: UInt64) throws -> Digest { try tail(sequence).digest }

  func header(_ sequence: UInt64) throws -> DeltaHeader {
    let bytes = tier.objects[key(sequence)] ?? []
    return try DeltaReader(bytes.rawSpan, named: key(sequence)).header
  }
}

extension AppendOutcome {
  /// The key, when the work was appended now.
  var appendedKey: ObjectKey? {
    if case .appended(let key, _, _) = self { key } else { nil }
  }
}

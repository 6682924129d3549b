import ObjectTier
import Primitives
import SnapshotFormat
import Synchronization

/// One place by several ways, which its calls take in turns.
final class AlternatingTier: ObjectTier {
  private let ways: [any ObjectTier]
  private let turn = Atomic(0)

  init(_ ways: [any ObjectTier]) {
    self.ways = ways
  }

  private var next: any ObjectTier { ways[turn.add(1, ordering: .relaxed).oldValue % ways.count] }

  var role: TierRole { ways[0].role }
  var location: String { ways[0].location }

  func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? { try next.byteCount(of: key) }
  func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] { try next.read(key, range: range) }
  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] { try next.read(key, limit: limit) }
  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome { try next.create(key, bytes) }
  func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) { try next.replace(key, bytes) }
  func remove(_ key: ObjectKey) throws(TierError) { try next.remove(key) }
  func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) { try next.quarantine(key, mark: mark) }
  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    try next.list(prefix, after: start, limit: limit)
  }
}

package import Primitives
package import SnapshotFormat
internal import Synchronization

/// Counts what goes through a tier.
package final class MeteredTier: ObjectTier {
  private let tier: any ObjectTier
  private let counts: Counts

  /// Shared by the tier and what is bounded of it.
  private final class Counts: Sendable {
    let state = Mutex(TierCounters())
  }

  package convenience init(_ tier: any ObjectTier) {
    self.init(tier, Counts())
  }

  private init(_ tier: any ObjectTier, _ counts: Counts) {
    self.tier = tier
    self.counts = counts
  }

  package func bounded(by deadline: Deadline) -> any ObjectTier {
    MeteredTier(tier.bounded(by: deadline), counts)
  }

  package var role: TierRole { tier.role }
  package var location: String { tier.location }
  package var callsAtOnce: Int { tier.callsAtOnce }

  /// The counts up to now.
  package var counters: TierCounters { counts.state.withLock { $0 } }

  package func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? {
    try counted { () throws(TierError) in try tier.byteCount(of: key) }
  }

  package func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    let bytes = try counted { () throws(TierError) in try tier.read(key, range: range) }
    counts.state.withLock { $0.bytesRead += UInt64(bytes.count) }
    return bytes
  }

  package func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    let bytes = try counted { () throws(TierError) in try tier.read(key, limit: limit) }
    counts.state.withLock { $0.bytesRead += UInt64(bytes.count) }
    return bytes
  }

  package func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    let outcome = try counted { () throws(TierError) in try tier.create(key, bytes) }
    if outcome == .created { counts.state.withLock { $0.bytesWritten += UInt64(bytes.count) } }
    return outcome
  }

  package func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) {
    try counted { () throws(TierError) in try tier.replace(key, bytes) }
    counts.state.withLock { $0.bytesWritten += UInt64(bytes.count) }
  }

  package func remove(_ key: ObjectKey) throws(TierError) {
    try counted { () throws(TierError) in try tier.remove(key) }
  }

  package func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) {
    try counted { () throws(TierError) in try tier.quarantine(key, mark: mark) }
  }

  package func invalidate(_ key: ObjectKey) -> Bool { tier.invalidate(key) }

  package func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    try counted { () throws(TierError) in try tier.list(prefix, after: start, limit: limit) }
  }

  private func counted<Value>(_ body: () throws(TierError) -> Value) throws(TierError) -> Value {
    do throws(TierError) {
      let value = try body()
      counts.state.withLock { $0.requests += 1 }
      return value
    } catch {
      counts.state.withLock { state in
        state.requests += 1
        if error.kind != .notFound { state.failures += 1 }
      }
      throw error
    }
  }
}

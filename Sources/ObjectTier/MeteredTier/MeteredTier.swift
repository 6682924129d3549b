package import Primitives
package import SnapshotFormat
internal import Synchronization

/// Counts what goes through a tier.
package final class MeteredTier: ObjectTier {
  private let tier: any ObjectTier
  private let state = Mutex(TierCounters())

  package init(_ tier: any ObjectTier) {
    self.tier = tier
  }

  package var role: TierRole { tier.role }
  package var location: String { tier.location }

  /// The counts up to now.
  package var counters: TierCounters { state.withLock { $0 } }

  package func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? {
    try counted { () throws(TierError) in try tier.byteCount(of: key) }
  }

  package func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    let bytes = try counted { () throws(TierError) in try tier.read(key, range: range) }
    state.withLock { $0.bytesRead += UInt64(bytes.count) }
    return bytes
  }

  package func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    let bytes = try counted { () throws(TierError) in try tier.read(key, limit: limit) }
    state.withLock { $0.bytesRead += UInt64(bytes.count) }
    return bytes
  }

  package func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    let outcome = try counted { () throws(TierError) in try tier.create(key, bytes) }
    if outcome == .created { state.withLock { $0.bytesWritten += UInt64(bytes.count) } }
    return outcome
  }

  package func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) {
    try counted { () throws(TierError) in try tier.replace(key, bytes) }
    state.withLock { $0.bytesWritten += UInt64(bytes.count) }
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
      state.withLock { $0.requests += 1 }
      return value
    } catch {
      state.withLock { state in
        state.requests += 1
        if error.kind != .notFound { state.failures += 1 }
      }
      throw error
    }
  }
}

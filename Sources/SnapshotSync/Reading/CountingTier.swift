package import ObjectTier
package import Primitives
package import SnapshotFormat
internal import Synchronization

/// Counts what is read from a tier, and keeps the roots it gave: a copy remembers them byte for byte.
package final class CountingTier: ObjectTier {
  package struct Counts: Sendable, Equatable {
    package var bytes: UInt64 = 0
    package var requests: UInt64 = 0
  }

  private struct State {
    var counts = Counts()
    var roots: [ObjectKey: [UInt8]] = [:]
  }

  private static let rootCountMax = 8

  private let tier: any ObjectTier
  private let state = Mutex(State())

  package init(_ tier: any ObjectTier) {
    self.tier = tier
  }

  package var counts: Counts { state.withLock { $0.counts } }

  /// The bytes of a root that was read through this tier.
  package func root(_ name: UniqueName) -> [UInt8]? { state.withLock { $0.roots[.manifest(name)] } }

  package var role: TierRole { tier.role }
  package var callsAtOnce: Int { tier.callsAtOnce }
  package var location: String { tier.location }

  package func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? { try tier.byteCount(of: key) }

  package func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    let bytes = try tier.read(key, range: range)
    count(bytes)
    return bytes
  }

  package func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    let bytes = try tier.read(key, limit: limit)
    count(bytes)
    state.withLock { state in
      if state.roots.count >= CountingTier.rootCountMax { state.roots.removeAll() }
      if bytes.count <= Limits.rootByteCount { state.roots[key] = bytes }
    }
    return bytes
  }

  package func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    try tier.create(key, bytes)
  }
  package func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) { try tier.replace(key, bytes) }
  package func remove(_ key: ObjectKey) throws(TierError) { try tier.remove(key) }
  package func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) { try tier.quarantine(key, mark: mark) }
  package func invalidate(_ key: ObjectKey) -> Bool { tier.invalidate(key) }
  package func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    try tier.list(prefix, after: start, limit: limit)
  }

  private func count(_ bytes: [UInt8]) {
    state.withLock { state in
      state.counts.bytes += UInt64(bytes.count)
      state.counts.requests += 1
    }
  }
}

import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore
import Synchronization
import TestTiers
import Testing

@Suite struct `a tier that stops answering` {
  @Test func `is given up by verify at once, whatever it was reading`() throws {
    let store = try TestStore()
    let tree = try TemporaryDirectory()
    for number in 0..<6 {
      let bytes = Array("SQLite format 3\0".utf8) + seededBytes(700_000, seed: UInt64(number))
      try tree.write(bytes, at: "\(number).sqlite3")
    }
    _ = try store.create(tree.path)
    let sound = StallingTier(store.origin, after: .max)
    _ = try Verifier(store.store, tier: sound, level: .full) { _ in }.run(.store)
    #expect(sound.callCount > 5)
    for answers in 0..<sound.callCount {
      let tier = StallingTier(store.origin, after: answers)
      let error = #expect(throws: StoreError.self) {
        try Verifier(store.store, tier: tier, level: .full) { _ in }.run(.store)
      }
      guard case .tier(let failure)? = error else { continue }
      #expect(failure.kind == .stalled)
      // Each waits for the limit: no more than the workers meet it.
      #expect(tier.callCount - answers <= store.store.limits.jobs, "after \(answers) answers")
    }
  }
}

/// Answers so many calls, and then none.
private final class StallingTier: ForwardingTier {
  let tier: any ObjectTier
  private let answers: Int
  private let calls = Mutex(0)

  init(_ tier: any ObjectTier, after answers: Int) {
    self.tier = tier
    self.answers = answers
  }

  var callCount: Int { calls.withLock { $0 } }

  private func answered<Value>(_ body: () throws(TierError) -> Value) throws(TierError) -> Value {
    let number = calls.withLock { count in
      count += 1
      return count
    }
    guard number <= answers else { throw TierError(.stalled, key: nil, location: location, reason: "made to stall") }
    return try body()
  }

  func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? {
    try answered { () throws(TierError) in try tier.byteCount(of: key) }
  }
  func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    try answered { () throws(TierError) in try tier.read(key, range: range) }
  }
  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    try answered { () throws(TierError) in try tier.read(key, limit: limit) }
  }
  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    try answered { () throws(TierError) in try tier.list(prefix, after: start, limit: limit) }
  }
}

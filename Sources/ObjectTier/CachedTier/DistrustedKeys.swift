internal import SnapshotFormat

/// Keys whose cached bytes did not verify, and how often. Bounded: when there are too many, the whole cache is distrusted.
struct DistrustedKeys: Sendable {
  private var strikes: [ObjectKey: Int] = [:]
  private(set) var distrustsAll = false
  static let countMax = 1_024

  mutating func strike(_ key: ObjectKey) {
    strikes[key, default: 0] += 1
    guard strikes.count > DistrustedKeys.countMax else { return }
    distrustsAll = true
    strikes = [:]
  }

  /// Whether a cached object of this key must not be read.
  func distrusts(_ key: ObjectKey) -> Bool {
    distrustsAll || strikes[key] != nil
  }

  /// Whether it is worth copying the object again.
  func mayRefill(_ key: ObjectKey) -> Bool {
    !distrustsAll && (strikes[key] ?? 0) < 2
  }

  /// What was distrusted could not be replaced.
  mutating func notRefilled(_ key: ObjectKey) {
    if strikes[key] != nil { strike(key) }
  }

  /// This process put the origin's bytes there. After a second strike that counts for nothing: the cache itself damages them.
  mutating func refilled(_ key: ObjectKey) {
    if strikes[key] == 1 { strikes[key] = nil }
  }
}

internal import SnapshotFormat

/// Keys whose cached bytes were wrong, and how often. Bounded: when there are too many, the whole cache is distrusted.
///
/// After the first time the object may be copied again and read; after the second it is left to the origin: the cache
/// itself damages it, or somebody goes on putting wrong bytes there.
struct DistrustedKeys: Sendable {
  private struct Entry: Sendable {
    var strikes = 0
    /// This process put the origin's bytes there since.
    var isRefilled = false
  }

  private var entries: [ObjectKey: Entry] = [:]
  private(set) var distrustsAll = false
  static let countMax = 1_024
  private static let strikeCountMax = 2

  /// The cached bytes of `key` were wrong, or could not be replaced.
  mutating func strike(_ key: ObjectKey) {
    let strikes = (entries[key]?.strikes ?? 0) + 1
    entries[key] = Entry(strikes: min(strikes, DistrustedKeys.strikeCountMax))
    guard entries.count > DistrustedKeys.countMax else { return }
    distrustsAll = true
    entries = [:]
  }

  /// Whether a cached object of this key must not be read.
  func distrusts(_ key: ObjectKey) -> Bool {
    distrustsAll || entries[key].map { !$0.isRefilled } ?? false
  }

  /// Whether it is worth copying the object again.
  func mayRefill(_ key: ObjectKey) -> Bool {
    !distrustsAll && (entries[key]?.strikes ?? 0) < DistrustedKeys.strikeCountMax
  }

  /// The origin's bytes were written to the cache.
  mutating func refilled(_ key: ObjectKey) {
    entries[key]?.isRefilled = true
  }

  /// The cache kept what it had.
  mutating func notRefilled(_ key: ObjectKey) {
    if distrusts(key) { strike(key) }
  }
}

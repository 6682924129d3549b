package import ObjectTier
package import Primitives
internal import SnapshotFormat

/// Brings packs into a cache, and proves that they are there: each is read back from it and checked by its digest.
///
/// What is there and sound costs the origin nothing. What is damaged is set aside, and copied again. Memory: as many
/// packs as there are jobs.
package struct CacheWarming: Sendable {
  /// What came of all packs.
  package struct Result: Sendable, Equatable {
    /// Packs that the cache does not have whole now.
    package var missing: UInt64 = 0
    /// Why, of the first of them.
    package var failure: String?
  }

  private enum Sight {
    case whole, gone
    case damaged(String)
    case failed(String)
  }

  /// Reads through the cache.
  private let store: SnapshotStore
  private let cache: any ObjectTier

  package init(_ store: SnapshotStore, _ cache: any ObjectTier) {
    self.store = store
    self.cache = cache
  }

  /// - Throws: what the origin fails with. A cache that fails is no error: see `Result.missing`.
  package func run(_ names: [UniqueName]) throws(StoreError) -> Result {
    let outcomes = try Parallel.map(names, jobs: store.limits.jobs) { name throws(StoreError) in try bring(name) }
    var result = Result()
    for outcome in outcomes {
      result.missing += outcome.missing
      result.failure = result.failure ?? outcome.failure
    }
    return result
  }

  private func bring(_ name: UniqueName) throws(StoreError) -> Result {
    switch sight(of: name) {
    case .whole: return Result()
    case .failed(let reason): return Result(missing: 1, failure: reason)
    case .gone: break
    case .damaged: _ = store.tier.invalidate(.pack(name))
    }
    _ = try store.wholePack(name)
    switch sight(of: name) {
    case .whole: return Result()
    case .gone: return Result(missing: 1, failure: "\(ObjectKey.pack(name)) cannot be put there")
    case .damaged(let reason), .failed(let reason): return Result(missing: 1, failure: reason)
    }
  }

  private func sight(of name: UniqueName) -> Sight {
    let bytes: [UInt8]
    do throws(TierError) { bytes = try cache.read(.pack(name), limit: Limits.packByteCount) } catch {
      switch error.kind {
      case .notFound: return .gone
      case .tooLarge, .tooShort: return .damaged("\(error)")
      default: return .failed("\(error)")
      }
    }
    do throws(FormatError) { _ = try PackReader(bytes.rawSpan, expected: name) } catch {
      return .damaged("\(ObjectKey.pack(name)): \(error)")
    }
    return .whole
  }
}

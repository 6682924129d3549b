package import Primitives
internal import Synchronization

/// The newest revision seen of each line, so that the next search begins there. Never believed, only probed.
package final class RevisionHints: Sendable {
  private let seen = Mutex<[CollectionName: UInt64]>([:])

  package init() {}

  /// 0 when nothing is known.
  package func revision(of collection: CollectionName) -> UInt64 {
    seen.withLock { $0[collection] ?? 0 }
  }

  package func note(_ revision: UInt64, of collection: CollectionName) {
    seen.withLock { $0[collection] = max($0[collection] ?? 0, revision) }
  }

  package func forget(_ collection: CollectionName) {
    seen.withLock { _ = $0.removeValue(forKey: collection) }
  }
}

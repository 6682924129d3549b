package import Primitives
internal import SnapshotFormat
internal import Synchronization

/// The newest revision seen of each line, so that the next search begins there. Never believed, only probed.
///
/// Those of one call remember the newest head that it read of a line, too: what a revision says never changes, so only
/// the number after it is looked for again.
package final class RevisionHints: Sendable {
  /// Shared by those of all calls.
  private final class Seen: Sendable {
    let revisions = Mutex<[CollectionName: UInt64]>([:])
  }

  private let seen: Seen
  private let read = Mutex<[CollectionName: Head]>([:])
  private let remembers: Bool

  private static let headCountMax = 16

  package convenience init() {
    self.init(Seen(), remembers: false)
  }

  private init(_ seen: Seen, remembers: Bool) {
    self.seen = seen
    self.remembers = remembers
  }

  /// The same hints, for one call.
  package func ofOneCall() -> RevisionHints { RevisionHints(seen, remembers: true) }

  /// 0 when nothing is known.
  package func revision(of collection: CollectionName) -> UInt64 {
    seen.revisions.withLock { $0[collection] ?? 0 }
  }

  package func note(_ revision: UInt64, of collection: CollectionName) {
    seen.revisions.withLock { $0[collection] = max($0[collection] ?? 0, revision) }
  }

  /// A head that this call has read.
  func head(of collection: CollectionName) -> Head? { read.withLock { $0[collection] } }

  /// Of a head that was read from the origin.
  func note(_ head: Head) {
    note(head.revision, of: head.collection)
    guard remembers else { return }
    read.withLock { heads in
      if heads.count >= RevisionHints.headCountMax { heads.removeAll() }
      heads[head.collection] = head
    }
  }
}

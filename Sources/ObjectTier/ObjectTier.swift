package import Primitives
package import SnapshotFormat

/// Which of the two places of a store a tier is.
package enum TierRole: String, Sendable {
  /// The truth.
  case origin
  /// Near, and never needed: everything in it can be had from the origin.
  case cache
}

/// What creating an object came to.
package enum CreateOutcome: Sendable, Equatable {
  /// The object is there, complete and durable, and this call put it there.
  case created
  /// Something of that name is there already; it may be this very object, from a call whose answer was lost.
  case exists
}

/// A place where a store lives: immutable objects, addressed by key.
///
/// Rules every tier keeps, and one suite tests on all of them:
/// - `create` is exclusive and atomic: readers see nothing, or the whole object; of many callers one gets `.created`.
/// - when `create` returns `.created` the object is durable, with every directory above it.
/// - `read` gives exactly the bytes asked for, or throws; it never gives fewer.
/// - calls block the calling thread, with a limit of the tier's own on how long nothing may move. Callers use threads
///   of their own, never those of the cooperative pool.
package protocol ObjectTier: Sendable {
  var role: TierRole { get }
  /// The tier as its user named it, for messages.
  var location: String { get }

  /// How many small calls whoever needs all their answers makes at the same time: 1 where a call costs no more than one
  /// of the system.
  var callsAtOnce: Int { get }

  /// The byte count of an object, or nil when it is not there.
  func byteCount(of key: ObjectKey) throws(TierError) -> UInt64?

  /// The bytes of `range`.
  /// - Throws: `.notFound`, `.tooShort` when the object ends inside the range, or what the tier failed with.
  func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8]

  /// A whole object of at most `limit` bytes.
  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8]

  /// Creates an object, exclusively.
  /// - Throws: `.outcomeUnknown` when it may or may not have landed: read it back. `.unsynced` when it, or what was
  /// there before it, may be gone after a crash.
  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome

  /// Replaces an object. Only for intents, lease beats and hints: nothing that decides.
  func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError)

  /// Removes an object; one that is not there is no error.
  func remove(_ key: ObjectKey) throws(TierError)

  /// Moves an object out of the way, under a name in `quarantine/`.
  func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError)

  /// The caller found that the bytes of an object do not verify. True when another copy can be read instead: a cache
  /// has set its own aside, and the next read comes from the origin.
  func invalidate(_ key: ObjectKey) -> Bool

  /// The same tier for one call: what can wait in it ends by `deadline`. Counts are shared.
  func bounded(by deadline: Deadline) -> any ObjectTier

  /// Up to `limit` keys below `prefix`, in ascending order, after `start`.
  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey]
}

extension ObjectTier {
  package var callsAtOnce: Int { 1 }
  package func invalidate(_ key: ObjectKey) -> Bool { false }
  package func bounded(by deadline: Deadline) -> any ObjectTier { self }
}

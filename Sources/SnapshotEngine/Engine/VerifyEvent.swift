internal import Primitives
internal import SnapshotStore

/// What happens while a store is verified and healed, in order.
public enum VerifyEvent: Sendable, Equatable {
  /// An object does not hold what was written. Each is told once.
  case damaged(DamagedObject)
  /// One was given its right bytes back.
  case healed(HealedObject)
  /// One was left as it is.
  case left(LeftObject)
  /// Something that no tier has any more.
  case lost(LostFile)
}

/// A damaged object that has its right bytes again.
public struct HealedObject: Sendable, Equatable {
  /// The tier it lies in.
  public let tier: String
  /// Its key in the store.
  public let object: String
  /// The tier whose copy was right.
  public let source: String
  /// The key under which the damaged bytes lie now, in the same tier; nil where there were none.
  public let aside: String?
}

/// A damaged object that could not be healed.
public struct LeftObject: Sendable, Equatable {
  /// The tier it lies in.
  public let tier: String
  /// Its key in the store.
  public let object: String
  /// Why it was left, in words.
  public let reason: String
}

/// A file of a version, or a whole version, that cannot be had from any tier that was looked at.
public struct LostFile: Sendable, Equatable {
  /// The collection.
  public let collection: String
  /// The version.
  public let version: UInt64
  /// The file, safe to print; nil: all of the version.
  public let path: String?
}

extension LostFile {
  init(_ lost: DamageReach.Lost) {
    self.init(collection: lost.collection.string, version: lost.version, path: lost.path.map { "\($0)" })
  }
}

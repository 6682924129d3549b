package import Catalog
package import FileIO
package import ObjectTier
package import Primitives
package import SnapshotFormat

/// Damage that was found, with what is needed to mend it.
package struct Damage: Error, Sendable, Equatable {
  package enum Kind: String, Sendable {
    /// The object is not there.
    case missing
    /// Its bytes are not those that were written.
    case damaged
    /// It is sound, but this program cannot read it.
    case unsupported
  }

  /// The tier the bytes came from, as its user named it.
  package let tier: String
  package let object: String
  package let kind: Kind
  package var chunk: Digest?
  package var offset: Int?
  /// A file of the snapshot that needs it, where one is known.
  package var file: RelativePath?
  package let reason: String

  package init(
    tier: String, object: String, kind: Kind, chunk: Digest? = nil, offset: Int? = nil, file: RelativePath? = nil,
    reason: String
  ) {
    self.tier = tier
    self.object = object
    self.kind = kind
    self.chunk = chunk
    self.offset = offset
    self.file = file
    self.reason = reason
  }

  /// The same of another tier.
  func located(in tier: String) -> Damage {
    Damage(tier: tier, object: object, kind: kind, chunk: chunk, offset: offset, file: file, reason: reason)
  }

  package init(_ error: FormatError, of key: ObjectKey, in tier: String, chunk: Digest? = nil) {
    self.init(
      tier: tier, object: key.string, kind: error.kind == .unsupported ? .unsupported : .damaged, chunk: chunk,
      offset: error.offset, reason: error.description)
  }
}

/// What an operation on a store failed with. Each case is one the caller acts on differently.
package enum StoreError: Error, Sendable {
  /// Bytes of the store are missing or wrong: verify, heal, or read from another tier.
  case damage(Damage)
  /// A tier failed.
  case tier(TierError)
  /// The commit failed: conflict, fence, unknown outcome.
  case catalog(CatalogError)
  /// A local file could not be read or written.
  case file(FileError)
  /// What was asked for is not there: store, collection, version, tag, path.
  case notFound(String)
  /// A local file changed while it was read; nothing of it was taken. Reading it again may go well. Its path, and how
  /// that showed.
  case changed(path: String, how: String)
  /// The input cannot be taken as it is; nothing was changed. What it is and why, in words.
  case invalid(String)
}

extension StoreError {
  /// What could not be read as what it should be; where it could not be had at all, why.
  package static func damage(_ error: FormatError, of key: ObjectKey, in tier: String, chunk: Digest? = nil)
    -> StoreError
  {
    if case .unreadable(let source) = error.kind, let cause = source.error as? StoreError { return cause }
    return .damage(Damage(error, of: key, in: tier, chunk: chunk))
  }
}

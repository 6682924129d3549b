package import ObjectTier
package import Primitives
package import SnapshotFormat

/// Why a head was not read or not committed. Each case is one the caller acts on differently.
package enum CatalogError: Error, Sendable, Equatable {
  /// Somebody else committed a version that this work does not build on. Nothing was published: look, and do it again.
  case conflict(Conflict)
  /// Others were faster at each attempt. Nothing was published: try again later.
  case contended(CollectionName, attempts: Int)
  /// A lease with a higher token was taken over. Nothing was published: stop.
  case fenced(CollectionName, token: UInt64, higher: UInt64)
  /// The head may have landed, or may land yet.
  case outcomeUnknown(UnknownOutcome)
  /// The object does not verify. Nothing is taken instead: heal it from another tier.
  case damaged(ObjectKey, FormatError)
  /// The turn of this process did not come in time. Nothing was published.
  case locked(String)
  /// The deadline passed before anything was sent.
  case timedOut(String)
  case notFound(Missing)
  /// The collection is there, and of the other kind.
  case registeredAs(CollectionName, CollectionKind)
  /// The head does not admit the change: another change is needed.
  case refused(HeadChangeError)
  /// The head would break a limit of the format.
  case beyondLimit(FormatError)
  /// The origin failed; nothing was published.
  case tier(TierError)
  /// The host-local state of the catalog cannot be used. Nothing was published; the state may be thrown away.
  case local(String)
  /// There is no room for the host-local state of the catalog. Nothing was published.
  case localFull(String)
}

/// A commit that came in between.
package struct Conflict: Sendable, Equatable {
  package let collection: CollectionName
  /// The version the work was built on; 0 for none.
  package let expected: UInt64
  /// The head that won.
  package let head: Head

  package init(collection: CollectionName, expected: UInt64, head: Head) {
    self.collection = collection
    self.expected = expected
    self.head = head
  }
}

/// A commit of which nobody knows whether it landed.
package struct UnknownOutcome: Sendable, Equatable {
  package let collection: CollectionName
  /// The head that it is about: if it exists and carries `writeIdentifier`, the commit landed.
  package let revision: UInt64
  package let writeIdentifier: UniqueName
  package let cause: String
}

/// What is not there.
package enum Missing: Sendable, Equatable {
  case store(String)
  case collection(CollectionName)
  /// The collection has no version yet.
  case anyVersion(CollectionName)
  case version(CollectionName, UInt64)
  case tag(CollectionName, TagName)
}

extension CatalogError {
  /// Whether the object may be there after this error, or come to be there later.
  package var mayHaveLanded: Bool {
    guard case .tier(let error) = self else { return false }
    switch error.kind {
    case .outcomeUnknown, .unsynced: return true
    case .stalled: return error.cause != .failed
    case .notFound, .tooShort, .tooLarge, .noSpace, .denied, .failed: return false
    }
  }

  /// Whether the object is there, or another's, and may be gone after a crash: sending it again proves nothing.
  package var isUnsynced: Bool {
    guard case .tier(let error) = self, case .unsynced = error.kind else { return false }
    return true
  }
}

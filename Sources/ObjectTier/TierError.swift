package import SnapshotFormat

/// What a tier failed with. Each kind is one the caller acts on differently.
package struct TierError: Error, Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// No such object. Another tier may have it.
    case notFound
    /// The object ends inside the range that was asked for: it is torn, or the reference is wrong.
    case tooShort(byteCount: UInt64)
    /// Larger than the caller allows.
    case tooLarge(byteCount: UInt64)
    /// A write that may have landed. Read it back.
    case outcomeUnknown
    /// A write that is there to be read, and may be gone after a crash: it could not be synced, and sending it again
    /// proves nothing. `isFull`: for want of room.
    case unsynced(isFull: Bool)
    /// No room; how many bytes are missing, where that is known.
    case noSpace(missing: UInt64?)
    /// No answer within the limit. The tier is to be left alone for a while.
    case stalled
    /// No right to do this.
    case denied
    /// Anything else: the call failed and changed nothing.
    case failed
  }

  package let kind: Kind
  package let key: ObjectKey?
  /// The tier, as `ObjectTier.location` gives it.
  package let location: String
  /// The call and what the system said: "fsync: No space left on device".
  package let reason: String
  /// Of an outcome that is not known: what the last attempt came to. Of a stall: `.failed` where nothing was sent.
  package let cause: Kind?

  package init(_ kind: Kind, key: ObjectKey?, location: String, reason: String, cause: Kind? = nil) {
    self.kind = kind
    self.key = key
    self.location = location
    self.reason = reason
    self.cause = cause
  }

  /// The error for a caller to whom it does not matter whether the object is there: nothing refers to it.
  package var withoutDoubt: TierError {
    guard kind == .outcomeUnknown else { return self }
    return TierError(cause ?? .failed, key: key, location: location, reason: reason)
  }
}

extension TierError: CustomStringConvertible {
  package var description: String {
    "\(location)\(key.map { "/\($0)" } ?? ""): \(reason)"
  }
}

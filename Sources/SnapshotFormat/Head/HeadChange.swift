package import Primitives

/// What a writer does to a head. A value, so that it can be done again to a newer head.
package enum HeadChange: Sendable, Equatable {
  case register(RegisteredCollection)
  case begin
  /// Tells what all records of the collection are, once.
  case schema(VectorSchema)
  case create(NewVersion)
  case compact(NewVersion)
  case tag(TagName, version: UInt64)
  /// Names the version that this very head adds.
  case tagNewest(TagName)
  case untag(TagName)
  case hold(Hold)
  case release(version: UInt64, label: String)
  /// Nil removes the key.
  case policy(key: String, value: String?)
  /// Sets deltas aside, or says of those that are that they are to be tried again.
  case quarantine([QuarantinedDelta])
  /// Takes deltas out of quarantine: they are compacted now.
  case readmit([QuarantinedDelta])
  case lease(token: UInt64)
  case fence(gcEpoch: UInt64, leastIntentEpoch: UInt64)
  case oldestRecord(UInt64)
  /// Drops the rows of all versions before this one.
  case retain(from: UInt64)

  /// The action that a head with this change, and no weightier one, tells.
  package var action: HeadAction {
    switch self {
    case .register: .register
    case .begin, .schema: .begin
    case .create: .create
    case .compact, .oldestRecord: .compact
    case .tag, .tagNewest: .tag
    case .untag: .untag
    case .hold: .hold
    case .release: .release
    case .policy: .policy
    case .quarantine, .readmit: .quarantine
    case .lease: .lease
    case .fence: .fence
    case .retain: .retain
    }
  }
}

/// A version that is prepared, before it has a number.
package struct NewVersion: Sendable, Equatable {
  package let root: SealedReference
  package let contentHash: Digest
  package let fileCount: UInt64
  package let recordCount: UInt64
  package let byteCount: UInt64
  package let message: String

  package init(
    root: SealedReference, contentHash: Digest, fileCount: UInt64, recordCount: UInt64, byteCount: UInt64,
    message: String
  ) {
    self.root = root
    self.contentHash = contentHash
    self.fileCount = fileCount
    self.recordCount = recordCount
    self.byteCount = byteCount
    self.message = message
  }
}

/// What marks one head as the work of one writer at one time.
package struct HeadMark: Sendable, Equatable {
  package let writeIdentifier: UniqueName
  package let intent: IntentIdentifier
  package let created: Timestamp

  package init(writeIdentifier: UniqueName, intent: IntentIdentifier, created: Timestamp) {
    self.writeIdentifier = writeIdentifier
    self.intent = intent
    self.created = created
  }
}

/// Why a change cannot be made to a head. Each is for the one who asked for it to put right.
package enum HeadChangeError: Error, Sendable, Equatable {
  case noSuchVersion(UInt64)
  case noSuchTag(TagName)
  case noSuchHold(version: UInt64, label: String)
  /// The version is tagged or held and cannot be dropped.
  case versionInUse(UInt64)
  /// The head has a token at least as high.
  case tokenNotAbove(UInt64)
  case registeredAs(CollectionKind)
  case tooMany(String, limit: Int)
  case invalid(String)
}

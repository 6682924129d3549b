package import Primitives
package import SnapshotFormat

/// What phase 1 came to: the changes to the head, whose objects are durable already.
package struct Proposal: Sendable {
  /// On what the changes depend.
  package enum Basis: Sendable, Equatable {
    /// They are a function of the base head: when versions came since, they are worked out again.
    case head
    /// They come from a directory that was this version (0: none). When another one is the newest: conflict.
    case version(UInt64)
    /// They come from a directory and are stacked on whatever is the newest.
    case anyVersion
  }

  package let changes: [HeadChange]
  package let basis: Basis
  package let intent: IntentIdentifier
  /// The gc epoch under which the intent was announced.
  package let intentEpoch: UInt64
  /// The token of the lease the writer holds, if it holds one.
  package let leaseToken: UInt64?

  /// - Precondition: `changes` is not empty. The first one gives the head its action.
  package init(
    _ changes: [HeadChange], basis: Basis = .head, intent: IntentIdentifier = .zero, intentEpoch: UInt64 = .max,
    leaseToken: UInt64? = nil
  ) {
    precondition(!changes.isEmpty, "a head is written for a reason")
    self.changes = changes
    self.basis = basis
    self.intent = intent
    self.intentEpoch = intentEpoch
    self.leaseToken = leaseToken
  }

  /// Whether a version comes with it.
  package var addsVersion: Bool {
    changes.contains {
      switch $0 {
      case .create, .compact: true
      default: false
      }
    }
  }
}

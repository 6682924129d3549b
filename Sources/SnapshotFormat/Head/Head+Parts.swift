package import Primitives

/// Numbers that only rise, and stop those who come with an older one.
package struct Fences: Sendable, Hashable {
  /// The newest collection pass whose fence this line carries.
  package var gcEpoch: UInt64
  /// Work announced under an older epoch is not published.
  package var leastIntentEpoch: UInt64
  /// The highest token of a lease taken over; a holder with a lower one is fenced.
  package var leaseToken: UInt64
  /// Changes older than this (hybrid clock) are not applied any more.
  package var oldestRecord: UInt64

  package init(gcEpoch: UInt64 = 0, leastIntentEpoch: UInt64 = 0, leaseToken: UInt64 = 0, oldestRecord: UInt64 = 0) {
    self.gcEpoch = gcEpoch
    self.leastIntentEpoch = leastIntentEpoch
    self.leaseToken = leaseToken
    self.oldestRecord = oldestRecord
  }
}

/// Rows that moved out of the head, into a versions object.
package struct OlderVersions: Sendable, Hashable {
  package let first: UInt64
  package let last: UInt64
  package let object: SealedReference

  package init(first: UInt64, last: UInt64, object: SealedReference) {
    self.first = first
    self.last = last
    self.object = object
  }
}

package struct Tag: Sendable, Hashable {
  package let name: TagName
  package let version: UInt64

  package init(_ name: TagName, version: UInt64) {
    self.name = name
    self.version = version
  }
}

/// A version kept from retention.
package struct Hold: Sendable, Hashable, Comparable {
  package static let labelByteCountMax = 1_024

  package let version: UInt64
  /// Nil: for ever.
  package let until: Timestamp?
  package let label: String

  package init(version: UInt64, until: Timestamp?, label: String) {
    self.version = version
    self.until = until
    self.label = label
  }

  package static func < (left: Hold, right: Hold) -> Bool {
    if left.version != right.version { return left.version < right.version }
    return left.label.utf8.lexicographicallyPrecedes(right.label.utf8)
  }
}

package struct PolicyEntry: Sendable, Hashable {
  package static let byteCountMax = 1_024

  package let key: String
  package let value: String

  package init(key: String, value: String) {
    self.key = key
    self.value = value
  }
}

/// A delta that cannot be used, and why.
package struct QuarantinedDelta: Sendable, Hashable, Comparable {
  package static let reasonByteCountMax = 256

  package let producer: ProducerName
  package let sequence: UInt64
  /// The digest of the delta's seal.
  package let digest: Digest
  /// Empty when it is to be tried again (formats/head.md §1).
  package let reason: String

  package var isToBeRetried: Bool { reason.isEmpty }

  package var toBeRetried: QuarantinedDelta {
    QuarantinedDelta(producer: producer, sequence: sequence, digest: digest, reason: "")
  }

  package init(producer: ProducerName, sequence: UInt64, digest: Digest, reason: String) {
    self.producer = producer
    self.sequence = sequence
    self.digest = digest
    self.reason = reason
  }

  package static func < (left: QuarantinedDelta, right: QuarantinedDelta) -> Bool {
    left.producer == right.producer ? left.sequence < right.sequence : left.producer < right.producer
  }
}

package struct RegisteredCollection: Sendable, Hashable {
  package let name: CollectionName
  package let kind: CollectionKind

  package init(_ name: CollectionName, kind: CollectionKind) {
    self.name = name
    self.kind = kind
  }
}

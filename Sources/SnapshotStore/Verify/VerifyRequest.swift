package import Primitives

/// How deep `verify` looks. Each level does what those before it do.
package enum VerifyLevel: Sendable, Equatable {
  /// Every head of every line, and the older version rows.
  case head
  /// Roots, pages and deltas; every reference; the content hash, computed from chunk ids.
  case structure
  /// The stored bytes of every pack against its own digest.
  case packs
  /// This share of the chunks, decoded and hashed: 1 … 99.
  case sample(percent: Int)
  /// Every chunk, decoded and hashed.
  case full
  /// And of records what they say: see `VectorStore.verify`. A verifier of the store does here what it does for `full`.
  case semantic

  package var name: String {
    switch self {
    case .head: "head"
    case .structure: "structure"
    case .packs: "packs"
    case .sample(let percent): "sample=\(percent)%"
    case .full: "full"
    case .semantic: "semantic"
    }
  }

  /// The level that `text` names: the words above, `sample=N%`; nil for anything else.
  package init?(_ text: String) {
    switch text {
    case "head": self = .head
    case "structure": self = .structure
    case "packs": self = .packs
    case "full": self = .full
    case "semantic": self = .semantic
    default:
      guard text.hasPrefix("sample="), text.hasSuffix("%"), let percent = Int(text.dropFirst(7).dropLast()),
        (1...99).contains(percent)
      else { return nil }
      self = .sample(percent: percent)
    }
  }

  var checksStructure: Bool { self != .head }
  var checksPacks: Bool { checksStructure && self != .structure }

  /// Whether this level decodes the chunk of that id.
  func decodes(_ id: Digest) -> Bool {
    switch self {
    case .head, .structure, .packs: false
    case .sample(let percent): id.words[1] % 100 < UInt64(percent)
    case .full, .semantic: true
    }
  }
}

/// What `verify` looks at.
package enum VerifyScope: Sendable, Equatable {
  /// Every collection, every version, and every object of the store, referred to or not.
  case store
  case collection(CollectionName)
  case version(CollectionName, UInt64)
}

/// Damage, and what is hit by it.
package struct VerifyFinding: Sendable, Equatable {
  package let damage: Damage
  /// The collection in which it was met; nil for what belongs to none.
  package let collection: CollectionName?
  package let version: UInt64?

  package init(damage: Damage, collection: CollectionName?, version: UInt64?) {
    self.damage = damage
    self.collection = collection
    self.version = version
  }
}

/// What `verify` counted.
package struct VerifySummary: Sendable, Equatable {
  package var objects: UInt64 = 0
  package var chunks: UInt64 = 0
  /// Bytes of the chunks that were decoded and hashed.
  package var bytes: UInt64 = 0
  package var damaged: UInt64 = 0

  package init() {}
}

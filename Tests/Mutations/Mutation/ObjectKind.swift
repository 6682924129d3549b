import SnapshotFormat

/// What is mutated.
enum ObjectKind: String, CaseIterable {
  case store, head, versions, manifest, pack, intent, delta
  /// A page or a segment, all digests on the way to it put right by somebody who may write heads.
  case page, segment
  /// A file of a local copy's own, and one of its tree.
  case copyState = "copy-state"
  case copyFile = "copy-file"

  init?(_ key: ObjectKey) {
    switch key.string.prefix(while: { $0 != "/" }) {
    case "store": self = .store
    case "heads": self = .head
    case "versions": self = .versions
    case "manifests": self = .manifest
    case "packs": self = .pack
    case "intents": self = .intent
    case "deltas": self = .delta
    default: return nil
    }
  }
}

extension World {
  /// The keys of each kind there is, ascending.
  var keysByKind: [(kind: ObjectKind, keys: [ObjectKey])] {
    let kinds = Dictionary(grouping: objects.keys) { ObjectKind($0) }
    return ObjectKind.allCases.compactMap { kind in kinds[kind].map { (kind, $0) } }
  }
}

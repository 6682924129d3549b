internal import Catalog
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// How what commits and stores fail with looks from outside.
extension EngineError {
  init(_ error: StoreError) {
    switch error {
    case .damage(let damage): self.init(damage)
    case .tier(let error): self.init(error)
    case .catalog(let error): self.init(error)
    case .file(let error): self.init(error)
    case .notFound(let what): self.init(.notFound, Printable.string(what))
    case .changed(let path, let how):
      let name = Printable.string(path)
      self.init(
        .failed, "\(name) changed while it was read: \(Printable.string(how))", subject: name,
        advice: "Nothing was published. Close what writes to it, or snapshot a copy")
    case .invalid(let reason): self.init(.failed, Printable.string(reason))
    }
  }

  init(_ error: CatalogError) {
    switch error {
    case .tier(let error): self.init(error)
    case .damaged(let key, let error): self.init(error, subject: key.string)
    case .notFound(let missing): self.init(missing)
    default:
      self.init(
        EngineError.code(of: error), "\(error)", subject: error.collection?.string,
        advice: EngineError.advice(for: error))
    }
  }

  private static func code(of error: CatalogError) -> Code {
    switch error {
    case .conflict, .contended: .conflict
    case .fenced, .locked: .locked
    case .outcomeUnknown: .outcomeUnknown
    case .timedOut: .tierTimeout
    case .notFound: .notFound
    case .refused(.noSuchVersion), .refused(.noSuchTag), .refused(.noSuchHold): .notFound
    case .registeredAs: .usage
    case .damaged: .damaged
    case .localFull: .noSpace
    case .refused, .beyondLimit, .tier, .local: .failed
    }
  }

  private static func advice(for error: CatalogError) -> String {
    switch error {
    case .conflict(let conflict): advice(for: conflict)
    case .contended: "Nothing was published. Repeat the command"
    case .fenced: "Nothing was published. Stop: somebody else took over"
    case .locked: "Nothing was published. Repeat the command, or raise SNAPCTL_LOCK_TIMEOUT_SECONDS"
    case .outcomeUnknown: "Run `snapctl list` on the collection before repeating the command"
    case .timedOut: "Nothing was published. Repeat the command with a longer --deadline"
    case .local: "Nothing was published. The catalog's own state may be thrown away: it is made anew"
    case .localFull: "Nothing was published. Free some space, and repeat the command"
    default: ""
    }
  }

  private static func advice(for conflict: Conflict) -> String {
    let name = "\(conflict.collection)"
    let look =
      conflict.expected == 0
      ? "`snapctl show \(name)`" : "`snapctl diff \(name)@\(conflict.expected) \(name)@\(conflict.head.newestVersion)`"
    return "Nothing was published. Look at \(look), then sync and repeat, or stack it on top with --append-version"
  }

  private init(_ missing: Missing) {
    switch missing {
    case .store(let location):
      self.init(
        .notFound, "\(missing)", subject: location, advice: "Create one with `snapctl init --store \(location)`")
    case .collection(let name):
      self.init(.notFound, "\(missing)", subject: "\(name)", advice: "`snapctl list` shows what is there")
    case .anyVersion(let name):
      self.init(.notFound, "\(missing)", subject: "\(name)", advice: "`snapctl create` or `compact` makes the first")
    case .version(let name, let version):
      self.init(
        .notFound, "\(missing)", subject: "\(name)@\(version)", advice: "`snapctl list \(name)` shows what is there")
    case .tag(let name, let tag):
      self.init(
        .notFound, "\(missing)", subject: "\(name)@\(tag)", advice: "`snapctl list \(name)` shows what is there")
    }
  }
}

extension CatalogError {
  /// The collection it is about.
  fileprivate var collection: CollectionName? {
    switch self {
    case .conflict(let conflict): conflict.collection
    case .contended(let name, _), .fenced(let name, _, _), .registeredAs(let name, _): name
    case .outcomeUnknown(let outcome): outcome.collection
    case .damaged, .locked, .timedOut, .notFound, .refused, .beyondLimit, .tier, .local, .localFull: nil
    }
  }
}

internal import ObjectTier
internal import Primitives
internal import SnapshotFormat

extension CatalogError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .conflict(let conflict): conflict.description
    case .contended(let name, let attempts): "\(name): others were faster at each of \(attempts) attempts; try again"
    case .fenced(let name, let token, let higher): "\(name): the lease with token \(token) was taken over by \(higher)"
    case .outcomeUnknown(let outcome): outcome.description
    case .damaged(let key, let error): "\(key): \(error)"
    case .locked(let what): "locked: \(what)"
    case .timedOut(let what): "the deadline passed: \(what)"
    case .notFound(let missing): missing.description
    case .registeredAs(let name, let kind): "\(name) is a collection of kind \(kind)"
    case .refused(let error): error.description
    case .beyondLimit(let error): "\(error)"
    case .tier(let error): "\(error)"
    case .local(let reason), .localFull(let reason): "the catalog's database: \(reason)"
    }
  }
}

extension Conflict: CustomStringConvertible {
  package var description: String {
    "\(collection): this builds on version \(expected), and the newest is \(head.newestVersion)"
  }
}

extension UnknownOutcome: CustomStringConvertible {
  package var description: String {
    """
    \(collection): the commit may have landed (\(cause)). It did if \(ObjectKey.head(collection, revision: revision)) \
    exists and has the write-id \(writeIdentifier); if it exists with another one, it did not and never will
    """
  }
}

extension Missing: CustomStringConvertible {
  package var description: String {
    switch self {
    case .store(let location): "\(location): no store there"
    case .collection(let name): "\(name): no such collection"
    case .anyVersion(let name): "\(name): no version yet"
    case .version(let name, let version): "\(name)@\(version): no such version"
    case .tag(let name, let tag): "\(name)@\(tag): no such tag"
    }
  }
}

extension HeadChangeError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noSuchVersion(let version): "there is no version \(version)"
    case .noSuchTag(let tag): "there is no tag \(tag)"
    case .noSuchHold(let version, let label): "version \(version) is not held as \"\(Printable.string(label))\""
    case .versionInUse(let version): "version \(version) is tagged or held"
    case .tokenNotAbove(let token): "the lease already has token \(token)"
    case .registeredAs(let kind): "it is registered as \(kind)"
    case .tooMany(let what, let limit): "more than \(limit) \(what)"
    case .invalid(let reason): reason
    }
  }
}

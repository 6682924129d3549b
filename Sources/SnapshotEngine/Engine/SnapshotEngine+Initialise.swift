internal import Catalog
internal import FileIO
internal import FileTier
internal import ObjectTier
internal import Primitives
internal import SnapshotFormat

/// What orders the commits of a store; chosen once, by `initialise`.
public enum CatalogChoice: String, Sendable, CaseIterable {
  /// S3 for a bucket, directory on a network mount, RocksDB on a local path.
  case auto
  /// An embedded RocksDB: for the writers of one machine.
  case rocksdb
  /// The shared directory itself: for writers on several machines.
  case directory
  /// S3 itself: for writers anywhere.
  case s3
}

/// What `initialise` came to.
public struct InitialisedStore: Sendable, Equatable {
  /// The store's address, as it was given.
  public let store: String
  /// 32 hex digits that tell this store from all others.
  public let identifier: String
  /// What orders its commits.
  public let catalog: CatalogChoice
  /// False when a store was there already.
  public let isNew: Bool
}

extension SnapshotEngine {
  /// Creates a store at `uri`.
  ///
  /// - Parameter ifMissing: takes a store that is there for success.
  /// - Throws: `.failed` when there is a store already, `.usage` for an address that cannot be used.
  public static func initialise(
    _ uri: String, catalog: CatalogChoice = .auto, ifMissing: Bool = false,
    configuration: EngineConfiguration = EngineConfiguration()
  ) async throws(EngineError) -> InitialisedStore {
    if let defect = configuration.defect { throw EngineError(.usage, defect) }
    let location = try StoreLocation(uri)
    return try await BlockingCalls(countMax: 1).run(stop: StopSignal()) { () throws(EngineError) in
      let origin = try StoreOrigin(location, configuration, createIfMissing: true)
      let tier = origin.tier.bounded(by: configuration.deadline)
      if let present = try? StoreObject.read(from: tier) {
        return try existing(present, uri, catalog, ifMissing: ifMissing)
      }
      let kind = try catalog.kind(in: origin)
      try origin.refuseIfUnfit(for: kind, configuration.deadline)
      let identity = StoreIdentity(identifier: UniqueName(random: random), catalog: kind, created: clock.now())
      let isNew = try StoreWiring.catching { () throws(CatalogError) in
        try StoreObject.create(
          identity, in: tier, settings: StoreWiring.settings(configuration), deadline: configuration.deadline)
      }
      guard !isNew else { return InitialisedStore(uri, identity, isNew: true) }
      let present = try StoreWiring.catching { () throws(CatalogError) in try StoreObject.read(from: tier) }
      return try existing(present, uri, catalog, ifMissing: ifMissing)
    }
  }

  private static func existing(
    _ identity: StoreIdentity, _ uri: String, _ wanted: CatalogChoice, ifMissing: Bool
  ) throws(EngineError) -> InitialisedStore {
    let store = InitialisedStore(uri, identity, isNew: false)
    let name = Printable.string(uri)
    guard ifMissing else {
      throw EngineError(
        .failed, "\(name): there is a store already", subject: name, advice: "Add --if-missing if that is well")
    }
    guard wanted == .auto || wanted == store.catalog else {
      throw EngineError(
        .usage, "\(name): there is a store already, with the catalog \(store.catalog.rawValue)", subject: name,
        advice: "What orders commits is chosen once; leave --catalog out")
    }
    return store
  }
}

extension EngineConfiguration {
  var deadline: Deadline { deadlineSeconds.map { Deadline(seconds: $0, from: clock) } ?? .never }
}

extension InitialisedStore {
  fileprivate init(_ store: String, _ identity: StoreIdentity, isNew: Bool) {
    self.store = store
    identifier = identity.identifier.hex
    catalog = CatalogChoice(identity.catalog)
    self.isNew = isNew
  }
}

extension CatalogChoice {
  fileprivate init(_ kind: CatalogKind) {
    switch kind {
    case .rocksdb: self = .rocksdb
    case .directory: self = .directory
    case .s3: self = .s3
    }
  }

  fileprivate func kind(in origin: StoreOrigin) throws(EngineError) -> CatalogKind {
    switch (self, origin) {
    case (.auto, _): return try StoreWiring.catching { () throws(TierError) in try origin.standardCatalog() }
    case (.rocksdb, .directory): return .rocksdb
    case (.directory, .directory): return .directory
    case (.s3, .bucket): return .s3
    case (.s3, .directory), (.rocksdb, .bucket), (.directory, .bucket):
      throw EngineError(
        .usage, "the catalog \(rawValue) does not go with \(origin.tier.location)", subject: rawValue,
        advice: "Leave --catalog out")
    }
  }
}

internal import Catalog
public import Primitives
internal import SnapshotFormat

/// What a writer announced that it prepares. For people to look at; never decides anything.
public struct AnnouncedIntent: Sendable, Equatable {
  /// The collection it is about.
  public let collection: String
  /// 16 hex digits.
  public let identifier: String
  /// What is being made: `create`, `compact`. Nil when the announcement cannot be read.
  public let action: String?
  /// Who said so.
  public let owner: String?
  /// When the work began, by the owner's clock.
  public let started: Timestamp?
  /// When the announcement ends.
  public let until: Timestamp?
  /// The head revision it builds on.
  public let baseRevision: UInt64?
  /// Whether its time is over.
  public let isOverdue: Bool
  /// What is wrong with the announcement, if something is.
  public let defect: String?
}

extension SnapshotEngine {
  /// What writers of a collection prepare right now, ascending by identifier.
  ///
  /// - Throws: `.notFound` when there is no such collection.
  public func intents(of collection: String) async throws(EngineError) -> [AnnouncedIntent] {
    let name = try Names.collection(collection)
    return try await perform { call throws(EngineError) in
      _ = try call.head(of: name)
      let now = clock.now()
      let listed = try call.catching { () throws(CatalogError) in
        try Intents(call.catalog.origin, name, settings: call.wiring.settings).list()
      }
      return listed.map { AnnouncedIntent($0, of: name, at: now) }
    }
  }
}

extension AnnouncedIntent {
  fileprivate init(_ listed: ListedIntent, of collection: CollectionName, at now: Timestamp) {
    self.collection = collection.string
    identifier = String(listed.key.lastComponent)
    isOverdue = listed.isOverdue(at: now)
    switch listed.intent {
    case .success(let intent):
      action = "\(intent.action)"
      owner = intent.owner
      started = intent.started
      let (until, isAbsurd) = intent.started.milliseconds.addingReportingOverflow(Int64(intent.secondsToLive) * 1_000)
      self.until = isAbsurd ? nil : Timestamp(milliseconds: until)
      baseRevision = intent.baseRevision
      defect = nil
    case .failure(let error):
      (action, owner, started, until, baseRevision) = (nil, nil, nil, nil, nil)
      defect = error.description
    }
  }
}

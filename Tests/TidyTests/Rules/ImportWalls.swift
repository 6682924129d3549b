/// Who may import whom: the walls of the house, checked by `Rule.importDirection`.
///
/// - Imports point down only; a backend knows its protocol, the engine knows no backend, the façade alone chooses.
/// - `SnapshotFormat` turns bytes into values: no file, clock, thread or randomness.
/// - Foundation stays at the façade and in the tool.
enum ImportWalls {
  struct Room: Sendable {
    /// The modules of this package it may import.
    let own: Set<String>
    let others: Others

    /// Whether `module` may be imported here.
    func admits(_ module: String) -> Bool {
      if modules.contains(module) { return own.contains(module) }
      return switch others {
      case .allBut(let banned): !banned.contains(module)
      case .only(let allowed): allowed.contains(module)
      }
    }
  }

  /// The modules of others that may be imported.
  enum Others: Sendable {
    case allBut(Set<String>)
    case only(Set<String>)
  }

  static let rooms: [String: Room] = [
    "Primitives": below(["CKernels"]),
    "SnapshotFormat": Room(own: ["Primitives", "CZstd"], others: .allBut(foundation.union(effects))),
    "FileIO": below(["Primitives", "CSystemCalls"]),
    "ObjectTier": below(["Primitives", "SnapshotFormat"]),
    "HTTPTransport": below(["Primitives"]),
    "AsyncHTTPTransport": below(["Primitives", "HTTPTransport"]),
    "S3Tier": below(["Primitives", "SnapshotFormat", "ObjectTier", "HTTPTransport"]),
    "FileTier": below(["Primitives", "SnapshotFormat", "ObjectTier", "FileIO"]),
    "MountTier": below(["Primitives", "SnapshotFormat", "ObjectTier", "FileIO", "FileTier", "CSystemCalls"]),
    "Catalog": below(["Primitives", "SnapshotFormat", "ObjectTier"]),
    "RocksDBCatalog": below(["Primitives", "SnapshotFormat", "Catalog", "FileIO", "ObjectTier", "CRocksDB"]),
    "DirectoryCatalog": below(["Primitives", "SnapshotFormat", "Catalog", "FileIO", "ObjectTier"]),
    "SnapshotStore": below(engine),
    "LiveDatabases": below(["Primitives", "FileIO", "SnapshotStore", "CSQLite"]),
    "SnapshotSync": below(engine.union(["SnapshotStore"])),
    "VectorCollections": below(engine.union(["SnapshotStore"])),
    "JobAdapters": below(["Primitives", "SnapshotFormat", "SnapshotStore", "VectorCollections"]),
    "SnapshotEngine": Room(own: engine.union(upper), others: .allBut([])),
    "snapctl": Room(own: ["CSystemCalls", "Primitives", "SnapshotEngine"], others: .only(tool.union(system))),
  ]

  /// Every module of the package, those without Swift files included.
  static let modules = Set(rooms.keys).union(["CKernels", "CRocksDB", "CSQLite", "CSystemCalls", "CZstd"])

  private static let engine: Set = ["Primitives", "SnapshotFormat", "ObjectTier", "Catalog", "FileIO"]
  private static let upper: Set = [
    "FileTier", "RocksDBCatalog", "DirectoryCatalog", "SnapshotStore", "LiveDatabases", "SnapshotSync",
    "VectorCollections", "JobAdapters", "S3Tier", "MountTier", "HTTPTransport", "AsyncHTTPTransport",
  ]
  private static let foundation: Set = ["Foundation", "FoundationEssentials", "FoundationNetworking"]
  private static let tool: Set = ["ArgumentParser", "Logging"]
  private static let system: Set = ["Foundation", "FoundationEssentials", "Glibc", "Dispatch", "Synchronization"]
  private static let effects: Set = ["Glibc", "Dispatch", "Synchronization", "SystemPackage"]

  /// A room below the façade.
  private static func below(_ own: Set<String>) -> Room { Room(own: own, others: .allBut(foundation)) }
}

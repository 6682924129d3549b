internal import Catalog
internal import FileIO
internal import FileTier
internal import ObjectTier
internal import Primitives
internal import S3Tier
internal import SnapshotFormat

/// The tier that is the truth of a store, and what can be asked of it beyond that.
enum StoreOrigin: Sendable {
  case directory(FileObjectTier, path: String)
  case bucket(S3ObjectTier)

  /// - Parameter createIfMissing: makes the directory; a bucket has to be there.
  init(_ location: StoreLocation, _ configuration: EngineConfiguration, createIfMissing: Bool) throws(EngineError) {
    switch location {
    case .directory(let path):
      self = .directory(try StoreOrigin.files(path, createIfMissing: createIfMissing), path: path)
    case .bucket(let address):
      self = .bucket(try S3ObjectTier.open(address, configuration, role: .origin))
    }
  }

  var tier: any ObjectTier {
    switch self {
    case .directory(let files, _): files
    case .bucket(let objects): objects
    }
  }

  /// What orders the commits of a new store here, when nothing else is said.
  func standardCatalog() throws(TierError) -> CatalogKind {
    switch self {
    case .directory(let files, _): try files.fileSystem().isNetwork ? .directory : .rocksdb
    case .bucket: .s3
    }
  }

  private static func files(_ path: String, createIfMissing: Bool) throws(EngineError) -> FileObjectTier {
    let options = FileObjectTier.Options(role: .origin, createIfMissing: createIfMissing)
    do throws(TierError) {
      return try FileObjectTier.open(path, options: options, random: random)
    } catch {
      guard error.kind == .notFound else { throw EngineError(error) }
      throw EngineError(CatalogError.notFound(.store(error.location)))
    }
  }
}

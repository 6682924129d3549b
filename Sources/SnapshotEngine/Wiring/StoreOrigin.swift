internal import Catalog
internal import FileIO
internal import FileTier
internal import ObjectTier
internal import Primitives
internal import S3Tier
internal import SnapshotFormat

/// The tier that is the truth of a store, and what can be asked of it beyond that.
enum StoreOrigin: Sendable {
  case directory(any ObjectTier, DirectoryPlace)
  case bucket(S3ObjectTier)

  /// - Parameter createIfMissing: makes the directory; a bucket has to be there.
  init(_ location: StoreLocation, _ configuration: EngineConfiguration, createIfMissing: Bool) throws(EngineError) {
    switch location {
    case .directory(let path):
      let place = try DirectoryPlace(path, configuration)
      self = .directory(try StoreOrigin.files(place, createIfMissing: createIfMissing), place)
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
    case .directory(let files, let place): try place.isNetwork(files) ? .directory : .rocksdb
    case .bucket: .s3
    }
  }

  private static func files(
    _ place: DirectoryPlace, createIfMissing: Bool
  ) throws(EngineError) -> any ObjectTier {
    let options = FileObjectTier.Options(role: .origin, createIfMissing: createIfMissing)
    do throws(TierError) {
      return try place.open(options)
    } catch {
      guard error.kind == .notFound else { throw EngineError(error) }
      throw EngineError(CatalogError.notFound(.store(error.location)))
    }
  }
}

internal import Catalog
internal import DirectoryCatalog
internal import FileIO
internal import FileTier
internal import Glibc
internal import Logging
internal import ObjectTier
internal import Primitives
internal import RocksDBCatalog
internal import S3Tier
internal import SnapshotFormat
internal import SnapshotStore
internal import VectorCollections

/// A store that is open: its tiers and its catalog. The only place that knows which backends there are.
struct StoreWiring: Sendable {
  let identity: StoreIdentity
  let origin: MeteredTier
  let cache: MeteredTier?
  /// The origin behind the cache; nil without one.
  let cached: CachedTier?
  /// The origin, where it is one.
  let bucket: S3ObjectTier?
  let catalog: any Catalog
  let settings: CommitSettings
  let directories: OwnDirectories
  let ledger: CacheLedger
  /// What this process knows of the collections it appends to.
  let memory = AppendMemory()

  /// Opens what is there.
  init(_ location: StoreLocation, _ configuration: EngineConfiguration) throws(EngineError) {
    let place = try StoreOrigin(location, configuration, createIfMissing: false)
    let metered = MeteredTier(place.tier)
    bucket = place.tier as? S3ObjectTier
    let truth = metered.bounded(by: configuration.deadline)
    identity = try StoreWiring.catching { () throws(CatalogError) in try StoreObject.read(from: truth) }
    origin = identity.writers.refusal("store").map { MeteredTier(ReadOnlyTier(metered, because: "\($0)")) } ?? metered
    settings = StoreWiring.settings(configuration)
    directories = OwnDirectories(location, configuration)
    ledger = CacheLedger(identity.identifier, configuration)
    catalog = try StoreWiring.catalog(identity, origin, place, configuration)
    cache = try StoreWiring.cache(configuration)
    cached = cache.map { [origin] cache in StoreWiring.cached(origin, cache) }
  }

  /// The origin, behind the cache where there is one.
  var tier: any ObjectTier { cached ?? origin }

  private static func cached(_ origin: MeteredTier, _ cache: MeteredTier) -> CachedTier {
    var options = CachedTier.Options()
    options.isSound = { SoundObject.isSound($0, $1) }
    return CachedTier(origin: origin, cache: cache, options: options, clock: clock, random: random) {
      DirectoryPlace.warn($0)
    }
  }

  static func settings(_ configuration: EngineConfiguration) -> CommitSettings {
    var policy = CommitPolicy()
    policy.attemptCountMax = configuration.lockAttemptCountMax
    policy.baseBackoffSeconds = configuration.lockBaseBackoffSeconds
    policy.jitterFactor = configuration.lockJitterFactor
    policy.lockTimeoutSeconds = configuration.lockTimeoutSeconds
    policy.leaseSecondsToLive = configuration.lockTimeToLiveSeconds
    policy.settleSeconds = configuration.stallTimeoutSeconds
    var settings = CommitSettings(policy: policy, clock: clock, wallClock: clock, random: random)
    settings.owner = owner
    return settings
  }

  /// This process, for people who wonder who prepares what: `host:pid`.
  private static var owner: String {
    var name = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&name, name.count - 1) == 0 else { return "\(getpid())" }
    let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return "\(Printable.string(host)):\(getpid())"
  }

  /// A cache that cannot be opened is done without, and made where there is none, unless it was asked for by
  /// `Mode.cache`.
  private static func cache(_ configuration: EngineConfiguration) throws(EngineError) -> MeteredTier? {
    guard configuration.mode != .origin else { return nil }
    guard let address = configuration.cache else {
      guard configuration.mode == .cache else { return nil }
      throw EngineError(.usage, "mode cache, and no cache is named", advice: "Give --cache, or set SNAPCTL_CACHE")
    }
    guard case .directory(let path) = try StoreLocation(address) else {
      throw EngineError(
        .usage, "\(Printable.string(address)): a cache is a directory", subject: "cache",
        advice: "Name the directory of a network mount, or a local one")
    }
    let isNeeded = configuration.mode == .cache
    let options = FileObjectTier.Options(role: .cache, createIfMissing: !isNeeded, durability: .none)
    do throws(EngineError) {
      let place = try DirectoryPlace(path, configuration)
      return try catching { () throws(TierError) in
        MeteredTier(try place.open(options, isNeeded: isNeeded))
      }
    } catch {
      guard !isNeeded, error.code != .usage else { throw error }
      DirectoryPlace.warn("the cache is done without: \(error.message). \(error.advice)")
      return nil
    }
  }

  private static func catalog(
    _ identity: StoreIdentity, _ origin: any ObjectTier, _ place: StoreOrigin, _ configuration: EngineConfiguration
  ) throws(EngineError) -> any Catalog {
    guard identity.catalog == .rocksdb else {
      return DirectoryCatalog(origin, kind: identity.catalog, clock: clock, told: log)
    }
    guard case .directory(let files, let directory) = place else {
      throw EngineError(
        .failed, "\(origin.location): RocksDB orders the commits of this store, and it lies on S3",
        advice: "It was copied there: make a store with `snapctl init`, and copy its versions")
    }
    let isNetwork = try catching { () throws(TierError) in try directory.isNetwork(files) }
    let path =
      isNetwork ? try StateDirectory(configuration).catalog(of: identity.identifier) : "\(directory.path)/catalog"
    return RocksDBCatalog(origin, directory: path, clock: clock, random: random, told: log)
  }

  private static let catalogLogger = Logger(label: "snapshot-engine.catalog")

  /// How long the writers of this process wait for each other and for others, and keep others waiting.
  private static func log(_ times: PublicationTimes) {
    func milliseconds(_ nanoseconds: UInt64) -> Logger.MetadataValue { "\(Double(nanoseconds) / 1e6)" }
    catalogLogger.debug(
      "head sent",
      metadata: [
        "waitedMilliseconds": milliseconds(times.waitedNanoseconds),
        "openedMilliseconds": milliseconds(times.openedNanoseconds),
        "heldMilliseconds": milliseconds(times.heldNanoseconds),
      ])
  }

  static func catching<Value>(_ body: () throws(CatalogError) -> Value) throws(EngineError) -> Value {
    do throws(CatalogError) { return try body() } catch { throw EngineError(error) }
  }

  static func catching<Value>(_ body: () throws(TierError) -> Value) throws(EngineError) -> Value {
    do throws(TierError) { return try body() } catch { throw EngineError(error) }
  }
}

/// The clock and the randomness of the whole engine.
let clock = SystemClock()
let random = SystemRandomSource()

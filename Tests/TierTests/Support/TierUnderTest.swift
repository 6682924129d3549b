import FileIO
import FileTier
import MountTier
import ObjectTier
import Primitives
import TestFiles
import TestServers
import TestTiers
import Testing

/// The tiers that one suite holds to the rules of `ObjectTier`, each in a directory of its own.
enum TierUnderTest: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case memory, file, fileWithoutDurability, metered, cached, cachedByNothing, mounted, cachedMounted
  case s3, s3VirtualHost, cachedS3
  /// One directory by two mounts.
  case mountedTwice

  /// All that can be had here.
  static var here: [TierUnderTest] { allCases.filter(\.isHere) }

  /// Of two hosts one may see late what the other replaced or removed. Nothing that decides ever is.
  static var ofOneHost: [TierUnderTest] { here.filter { $0 != .mountedTwice } }

  private var isHere: Bool {
    switch self {
    case .s3, .cachedS3: S3TestServer.isHere
    // Another server would have to know the host's name.
    case .s3VirtualHost: S3TestServer.isHere && Elsewhere.s3URL == nil
    case .mountedTwice: Elsewhere.mounts.count == 2
    default: true
    }
  }

  var testDescription: String { rawValue }

  func make(in directory: TemporaryDirectory) throws -> any ObjectTier {
    switch self {
    case .memory: MemoryTier(.origin)
    case .file: try open(directory, "origin", .full)
    case .fileWithoutDurability: try open(directory, "origin", .none)
    case .metered: MeteredTier(try open(directory, "origin", .none))
    case .cached: cachedTier(origin: try open(directory, "origin", .none), cache: try open(directory, "cache", .none))
    case .cachedByNothing:
      cachedTier(origin: try open(directory, "origin", .none), cache: DeadTier())
    case .mounted: MountedTier("\(directory.path)/origin", options: mounted(.origin), clock: SystemClock())
    case .cachedMounted:
      cachedTier(
        origin: try open(directory, "origin", .none),
        cache: MountedTier("\(directory.path)/cache", options: mounted(.cache), clock: SystemClock()))
    case .s3: try bucket()
    case .s3VirtualHost: try bucket(isInHost: true)
    case .mountedTwice:
      AlternatingTier([
        try open(directory, "origin", .full),
        try open(try #require(Elsewhere.mounts.last) + directory.path.dropFirst(Elsewhere.mounts[0].count), "origin"),
      ])
    case .cachedS3: cachedTier(origin: try bucket(), cache: try open(directory, "cache", .none))
    }
  }

  private func bucket(isInHost: Bool = false) throws -> any ObjectTier {
    #if S3
      isInHost ? try S3TestServer.virtualHostTier() : try S3TestServer.tier()
    #else
      throw TierError(.failed, key: nil, location: "S3", reason: "not built in")
    #endif
  }

  private func mounted(_ role: TierRole) -> MountedTier.Options {
    var options = MountedTier.Options(role: role, program: TestHelper.program)
    options.createIfMissing = true
    options.durability = role == .cache ? .none : .full
    return options
  }

  private func open(
    _ directory: TemporaryDirectory, _ name: String, _ durability: Durability
  ) throws -> FileObjectTier {
    try open(directory.path, name, durability)
  }

  private func open(_ path: String, _ name: String, _ durability: Durability = .full) throws -> FileObjectTier {
    let role: TierRole = name == "cache" ? .cache : .origin
    return try FileObjectTier.open(
      "\(path)/\(name)", options: .init(role: role, createIfMissing: true, durability: durability),
      random: SystemRandomSource())
  }

  private func cachedTier(origin: any ObjectTier, cache: any ObjectTier) -> CachedTier {
    CachedTier(origin: origin, cache: cache, clock: SystemClock(), random: SystemRandomSource())
  }
}

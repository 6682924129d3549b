internal import Catalog
internal import ObjectTier
public import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// An object that does not hold what was written, and what is hit by it.
public struct DamagedObject: Sendable, Equatable {
  /// The tier it lies in.
  public let tier: String
  /// Its key in the store.
  public let object: String
  /// `missing`, `damaged` or `unsupported`.
  public let kind: String
  /// The chunk at which it showed, if it was one.
  public let chunk: Digest?
  /// The byte offset in the object at which it showed.
  public let offset: Int?
  /// Files that need it, safe to print; the first that was met.
  public let files: [String]
  /// Collections, or versions of them, that need it.
  public let collections: [String]
  /// What is wrong with it, in words. Safe to print.
  public let reason: String
}

/// What `verify` came to.
public struct Verified: Sendable, Equatable {
  /// How deep it looked.
  public let level: String
  /// Objects that were looked at.
  public let objects: UInt64
  /// Chunks that were decoded and hashed.
  public let chunks: UInt64
  /// Their bytes.
  public let bytes: UInt64
  /// Objects that are damaged.
  public let damaged: UInt64
  /// Objects that were damaged and are healed.
  public let healed: UInt64
  /// How long it took.
  public let seconds: Double
}

/// Which tiers `verify` reads.
public enum VerifiedTier: String, Sendable, CaseIterable {
  /// The truth.
  case origin
  /// The cache alone.
  case cache
  /// First the origin, then the cache.
  case all
}

extension SnapshotEngine {
  /// Checks the whole store, a collection, or a version, and changes nothing.
  ///
  /// A cache need not be whole: of it, what is there is looked at.
  /// - Parameters:
  ///   - scope: nil: everything; `words`: all its versions; `words@12`: that one.
  ///   - level: `head`, `structure`, `packs`, `sample=N%`, `full` or `semantic`: this reads every row of the origin's
  ///   collections of vectors as well, and counts the records of each version.
  ///   - found: is told of each damaged object once, from the thread that does the work.
  /// - Throws: `.usage`, `.notFound`, or what a tier failed with. Damage is not thrown: look at `damaged`.
  public func verify(
    _ scope: String? = nil, level: String = "full", tier: VerifiedTier = .origin, progress: ProgressHandler? = nil,
    found: @escaping @Sendable (DamagedObject) -> Void
  ) async throws(EngineError) -> Verified {
    try await verify(scope, level, tier, heals: false, progress) { event in
      if case .damaged(let object) = event { found(object) }
    }
  }

  /// Checks as `verify` does, and gives each damaged tier back what another one still has.
  ///
  /// Packs and manifest roots are healed: the damaged bytes go to `quarantine/` with the reason, then the right ones
  /// are created under the name. Each tier is verified again afterwards. What no tier has is left, and at level `full`
  /// the files that are lost with it are told. A call that is stopped may be repeated: it goes on there.
  ///
  /// - Parameter happened: is told what happens, in order, from the thread that does the work.
  /// - Returns: how many objects were damaged, and how many of them are healed.
  /// - Throws: `.usage`, `.notFound`, or what a tier failed with.
  public func heal(
    _ scope: String? = nil, level: String = "full", tier: VerifiedTier = .all, progress: ProgressHandler? = nil,
    happened: @escaping @Sendable (VerifyEvent) -> Void
  ) async throws(EngineError) -> Verified {
    try await verify(scope, level, tier, heals: true, progress, happened)
  }

  private func verify(
    _ scope: String?, _ level: String, _ tier: VerifiedTier, heals: Bool, _ progress: ProgressHandler?,
    _ happened: @escaping @Sendable (VerifyEvent) -> Void
  ) async throws(EngineError) -> Verified {
    guard let depth = VerifyLevel(level) else {
      throw EngineError(
        .usage, "\"\(Printable.string(level))\" is no level",
        advice: "Levels: head, structure, packs, sample=N%, full, semantic")
    }
    let count = ProgressCount("verify", progress)
    return try await perform(moved: { count?.add(bytes: UInt64($0), items: 1) }) { call throws(EngineError) in
      var verification = Verification(call, try call.scope(scope), depth, heals: heals, happened: happened)
      return try verification.run(try call.tiers(tier))
    }
  }
}

extension EngineCall {
  fileprivate func scope(_ text: String?) throws(EngineError) -> VerifyScope {
    guard let text else { return .store }
    let reference = try Names.version(text)
    guard text.contains("@") else {
      _ = try head(of: reference.collection)
      return .collection(reference.collection)
    }
    return .version(reference.collection, try row(reference).row.version)
  }

  fileprivate func tiers(_ wanted: VerifiedTier) throws(EngineError) -> [any ObjectTier] {
    guard wanted != .origin else { return [wiring.origin] }
    guard let cache = wiring.cache else {
      throw EngineError(.usage, "there is no cache to verify", advice: "Give --cache, or set SNAPCTL_CACHE")
    }
    return wanted == .cache ? [cache] : [wiring.origin, cache]
  }
}

extension DamagedObject {
  init(_ finding: VerifyFinding) {
    let damage = finding.damage
    tier = damage.tier
    object = damage.object
    kind = damage.kind.rawValue
    chunk = damage.chunk
    offset = damage.offset
    files = damage.file.map { ["\($0)"] } ?? []
    collections = finding.collection.map { name in [finding.version.map { "\(name)@\($0)" } ?? "\(name)"] } ?? []
    reason = Printable.string(damage.reason)
  }
}

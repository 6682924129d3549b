import ArgumentParser
import Primitives
import SnapshotEngine

struct Evict: Verb {
  static let configuration = CommandConfiguration(
    commandName: "evict",
    abstract: "Removes old generations of a directory, or what a cache does not need.",
    discussion: """
      Of a directory that `sync --generations` keeps. The current generation stays, and so does each that somebody has \
      pinned. Needs no store.

      Without a directory: of the cache that --cache names. What was longest not read there goes (reads are noted to \
      the hour, in the files' times), first of all what was set aside as damaged; never what is being copied, nor \
      what a version needs that --keep-version names. Nothing is lost: who reads what is gone has it from the origin.

      Example:
        snapctl evict /fast/words --keep 2
        snapctl evict /fast/words --dry-run
        snapctl evict --cache /mnt/efs/cache --max-bytes 50GB --older-than 30d
      """)

  @Argument(help: "The directory; none: the cache.") var directory: String?

  @Option(help: ArgumentHelp("How many generations stay, the current one among them.", valueName: "n"))
  var keep = 1

  @Option(help: ArgumentHelp("Of a cache: bytes that stay at most, as 50GB or 512MiB.", valueName: "bytes"))
  var maxBytes: ByteAmount?

  @Option(help: ArgumentHelp("Of a cache: what was not read for so long goes, as 12h or 30d.", valueName: "time"))
  var olderThan: TimeAmount?

  @Option(help: ArgumentHelp("Of a cache: what this version needs stays; may be repeated.", valueName: "version"))
  var keepVersion: [String] = []

  @Flag(help: "Says what would go, and removes nothing.")
  var dryRun = false

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func validate() throws {
    if keep < 1 { throw ValidationError("--keep takes 1 or more: the current generation always stays") }
    let isOfCache = maxBytes != nil || olderThan != nil || !keepVersion.isEmpty
    if directory != nil, isOfCache { throw ValidationError("those options are of a cache: name no directory") }
    if directory == nil, maxBytes == nil, olderThan == nil {
      throw ValidationError("name a directory; or, for the cache, --max-bytes or --older-than")
    }
  }

  func paths(_ configuration: EngineConfiguration) -> [String] { [directory ?? configuration.cache].compactMap(\.self) }

  func run(in session: Session) async throws(EngineError) -> Int32 {
    guard let directory else { return try await evictCache(session) }
    let console = session.console
    let evicted = try await SnapshotEngine.evict(
      directory, keeping: keep, isDryRun: dryRun, configuration: session.configuration())
    for generation in evicted.generations { console.result(generation.json(dryRun), generation.text(dryRun)) }
    console.result(evicted.json(directory), evicted.text(directory, dryRun))
    return 0
  }

  private func evictCache(_ session: Session) async throws(EngineError) -> Int32 {
    let configuration = try session.configuration()
    guard let cache = configuration.cache else {
      throw EngineError(.usage, "no cache is named", advice: "Give --cache, or set SNAPCTL_CACHE; or name a directory")
    }
    let engine = keepVersion.isEmpty ? nil : try await session.open()
    let policy = CachePolicy(byteCountMax: maxBytes?.count, idleSecondsMax: olderThan?.seconds)
    let evicted = try await SnapshotEngine.evict(
      cache: cache, policy, keeping: keepVersion, of: engine, isDryRun: dryRun, configuration: configuration)
    for object in evicted.objects { session.console.result(object.json(dryRun), object.text(dryRun)) }
    session.console.result(evicted.json(cache), evicted.text(cache, dryRun))
    return 0
  }
}

extension Evicted.Generation {
  fileprivate func json(_ isDryRun: Bool) -> JSONValue {
    .object(
      "generation",
      [
        "name": .string(name), "version": .count(version), "bytes": .count(bytes), "pinned": .boolean(isPinned),
        "removed": .boolean(!isPinned && !isDryRun),
      ])
  }

  fileprivate func text(_ isDryRun: Bool) -> String {
    "\(name)  \(Amount.bytes(bytes))  \(isPinned ? "pinned, stays" : isDryRun ? "would go" : "removed")"
  }
}

extension Evicted {
  /// The `evicted` object.
  fileprivate func json(_ directory: String) -> JSONValue {
    .object(
      "evicted",
      [
        "directory": .string(directory), "removed": .count(generations.count { !$0.isPinned }),
        "pinned": .count(generations.count { $0.isPinned }), "kept": .texts(kept), "bytesFreed": .count(bytesFreed),
      ])
  }

  fileprivate func text(_ directory: String, _ isDryRun: Bool) -> String {
    let count = Amount.count(UInt64(generations.count { !$0.isPinned }), "generation")
    return "\(Printable.string(directory)): \(count) \(isDryRun ? "would go" : "removed"), \(Amount.bytes(bytesFreed))"
  }
}

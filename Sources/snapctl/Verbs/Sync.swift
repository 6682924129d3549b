import ArgumentParser
import Primitives
import SnapshotEngine
import Synchronization

struct Sync: Verb {
  static let configuration = CommandConfiguration(
    commandName: "sync",
    abstract: "Brings a directory to a version, moving only what differs.",
    discussion: """
      The directory changes at once: the next tree is built beside it, and the two change places. Local changes \
      are put back; --keep-local stops instead, with the list (exit 11). What a .snapignore in DIR keeps out of \
      versions stays. A killed sync goes on where it was.

      With --include only files and links that match a pattern are brought, or lie in a directory that does, and the \
      directories that lead to them, with their .snapignore. The copy remembers it: later syncs keep to that part, \
      other patterns move it, \
      fetching what is new and removing what is not in it any more, and --include '**' makes it whole. Patterns are \
      those of `create --include`; what they all match nothing of is exit 10. No version is made of a part.

      With --owners every entry is given to whom `create --owners` found it with, which takes root; DIR itself stays \
      whose it is. Without, owners are left alone: what is written belongs to whoever runs this. With \
      --watch a look at an unchanged collection costs one request; it ends when it is interrupted (exit 130).

      Example:
        snapctl sync words@12 /fast/words
        snapctl sync words /fast/words --dry-run --json
        snapctl sync models/paddleocr ./models --include '*.json' --include 'det/**'
        snapctl sync words /fast/words --generations --keep 2 --watch
      """,
    aliases: ["restore"])

  @Argument(help: "The version.") var version: String
  @Argument(help: "The directory.") var directory: String

  @Option(
    name: .customLong("include"),
    help: ArgumentHelp("Brings only what matches, and keeps to that; may be repeated.", valueName: "pattern"))
  var includes: [String] = []

  @Flag(help: "Patches inside the files: least disk and work; readers see it happen.")
  var inPlace = false

  @Flag(help: "Keeps a directory for each version, and `current`.")
  var generations = false

  @Flag(help: "Stops when the directory was changed since it was synced.")
  var keepLocal = false

  @Flag(help: "Takes over a directory that was not made by sync.")
  var adopt = false

  @Flag(help: "Gives entries the owner and group the version records.")
  var owners = false

  @Flag(help: "Prints what would be done, and does nothing.")
  var dryRun = false

  @Option(help: ArgumentHelp("With --generations: how many stay, the new one among them; none: all.", valueName: "n"))
  var keep: Int?

  @Flag(help: "Goes on: brings the directory to every new version, until it is interrupted.")
  var watch = false

  @Option(help: ArgumentHelp("With --watch: how long between two looks at the store (5).", valueName: "seconds"))
  var interval: Double?

  @Option(help: ArgumentHelp("What is read: auto, origin or cache (SNAPCTL_MODE).", valueName: "mode"))
  var mode: EngineConfiguration.Mode?

  @Flag(help: "Says why each byte moves.")
  var explain = false

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func validate() throws {
    if inPlace, generations { throw ValidationError("--in-place and --generations exclude each other") }
    if watch, dryRun { throw ValidationError("--watch and --dry-run exclude each other") }
    if keep != nil, !generations { throw ValidationError("--keep goes with --generations") }
    if let keep, keep < 1 { throw ValidationError("--keep takes 1 or more: the new generation stays") }
    if interval != nil, !watch { throw ValidationError("--interval goes with --watch") }
    if let interval, !(interval > 0 && interval <= 86_400) {
      throw ValidationError("--interval takes more than 0 and at most 86400 seconds")
    }
  }

  func paths(_ configuration: EngineConfiguration) -> [String] { [directory] }

  func run(in session: Session) async throws(EngineError) -> Int32 {
    try ArgumentOrder.check(name: version, directory: directory, verb: "sync")
    let engine = try await session.open { $0.mode = mode ?? $0.mode }
    var options = SyncOptions()
    options.includes = includes.isEmpty ? nil : includes
    options.style = inPlace ? .inPlace : generations ? .generations : .exchange
    options.adopts = adopt
    options.keepsLocalChanges = keepLocal
    options.changed = { session.console.result($0.json, $0.text) }
    options.setsOwners = owners
    options.generationCount = keep
    if explain { options.explain = { session.console.explain($0) } }
    if dryRun {
      let plan = try await engine.planSync(version, to: directory, options: options)
      session.console.result(plan.json, plan.text(directory))
    } else if watch {
      try await follow(engine, options, session.console)
    } else {
      try await sync(engine, options, session.console)
    }
    return 0
  }

  private func sync(_ engine: SnapshotEngine, _ options: SyncOptions, _ console: Console) async throws(EngineError) {
    var options = options
    options.planned = { console.remark($0.text(directory)) }
    options.progress = console.progress
    let copy = try await engine.sync(version, to: directory, options: options)
    console.result(copy.json, copy.text)
  }
}

extension Sync {
  private func follow(
    _ engine: SnapshotEngine, _ options: SyncOptions, _ console: Console
  ) async throws(EngineError) {
    var watch = WatchOptions()
    watch.sync = options
    watch.sync.planned = { console.remark($0.text(directory)) }
    watch.sync.progress = console.progress
    watch.intervalSeconds = interval ?? watch.intervalSeconds
    watch.troubled = { console.remark("\($0.message); trying again") }
    try await engine.watch(version, to: directory, options: watch) { console.result($0.json, $0.text) }
  }
}

extension SyncForecast {
  /// The `plan` object.
  fileprivate var json: JSONValue {
    .object(
      "plan",
      [
        "collection": .string(snapshot.collection), "version": .count(snapshot.version),
        "include": .part(includes), "bytesToRead": .count(bytesToRead), "bytesToWrite": .count(bytesToWrite),
        "requests": .count(requests),
        "files": .count(files), "steps": .count(steps), "localChanges": .count(localChanges), "tier": .string(tier),
        "obstacle": obstacle.map { .string($0) } ?? .null,
      ])
  }

  fileprivate func text(_ directory: String) -> String {
    let part = includes.map { " (\(keepsPart ? "the part it holds: " : "")\(Amount.part($0)))" } ?? ""
    let changes = localChanges == 0 ? "" : ", \(Amount.count(UInt64(localChanges), "local change")) put back"
    let way = obstacle.map { ", one by one (\($0))" } ?? ""
    return """
      \(snapshot.name)\(part) → \(Printable.string(directory)), \(Amount.bytes(bytesToRead)) from \(tier), \
      \(Amount.bytes(bytesToWrite)) to write in \(Amount.count(files, "file"))\(way)\(changes)
      """
  }
}

extension ChangedEntry {
  /// The `localChange` object.
  fileprivate var json: JSONValue { .object("localChange", ["path": .string(path), "change": .string(change)]) }

  fileprivate var text: String { "\(path): \(change)" }
}

extension SyncedCopy {
  /// The `synced` object.
  fileprivate var json: JSONValue {
    .object(
      "synced",
      [
        "collection": .string(snapshot.collection), "version": .count(snapshot.version),
        "include": .part(includes), "directory": .string(directory), "bytesTotal": .count(bytesTotal),
        "bytesRead": .count(bytesRead),
        "bytesWritten": .count(bytesWritten), "requests": .count(requests), "chunksRead": .count(chunksRead),
        "tier": .string(tier), "localChangesReverted": .count(localChangesReverted), "seconds": .seconds(seconds),
        "way": .string(way), "cacheHits": .count(cache?.hits), "cacheMisses": .count(cache?.misses),
        "cacheBytesRead": .count(cache?.bytesRead), "cacheBytesFilled": .count(cache?.bytesFilled),
        "cacheFailures": .count(cache?.failures), "cacheDamaged": .count(cache?.damaged),
      ])
  }

  fileprivate var text: String {
    """
    \(snapshot.name)\(Amount.isPart(includes)) in \(Printable.string(directory)): \(Amount.bytes(bytesRead)) read, \
    \(Amount.bytes(bytesWritten)) written of \(Amount.bytes(bytesTotal)), \(way), in \(Amount.seconds(seconds))
    """
  }
}

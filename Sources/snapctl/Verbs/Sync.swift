import ArgumentParser
import Primitives
import SnapshotEngine
import Synchronization

struct Sync: Verb {
  static let configuration = CommandConfiguration(
    abstract: "Brings a directory to a version, moving only what differs.",
    discussion: """
      The directory changes at once: the next tree is built beside it, and the two change places. Local changes \
      are put back; --keep-local stops instead, with the list (exit 11). A killed sync goes on where it was.

      Example:
        snapctl sync words@12 /fast/words
        snapctl sync words /fast/words --dry-run --json
      """,
    aliases: ["restore"])

  @Argument(help: "The version.") var version: String
  @Argument(help: "The directory.") var directory: String

  @Flag(help: "Patches inside the files: least disk and work; readers see it happen.")
  var inPlace = false

  @Flag(help: "Keeps a directory for each version, and `current`.")
  var generations = false

  @Flag(help: "Stops when the directory was changed since it was synced.")
  var keepLocal = false

  @Flag(help: "Takes over a directory that was not made by sync.")
  var adopt = false

  @Flag(help: "Prints what would be done, and does nothing.")
  var dryRun = false

  @Option(help: ArgumentHelp("What is read: auto, origin or cache (SNAPCTL_MODE).", valueName: "mode"))
  var mode: EngineConfiguration.Mode?

  @Flag(help: "Says why each byte moves.")
  var explain = false

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func validate() throws {
    if inPlace, generations { throw ValidationError("--in-place and --generations exclude each other") }
  }

  func run(in session: Session) async throws(EngineError) -> Int32 {
    try ArgumentOrder.check(name: version, directory: directory, verb: "sync")
    let engine = try await session.open { $0.mode = mode ?? $0.mode }
    var options = SyncOptions()
    options.style = inPlace ? .inPlace : generations ? .generations : .exchange
    options.adopts = adopt
    options.keepsLocalChanges = keepLocal
    if explain { options.explain = { session.console.explain($0) } }
    if dryRun {
      let plan = try await engine.planSync(version, to: directory, options: options)
      session.console.result(plan.json, plan.text(directory))
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

extension SyncForecast {
  /// The `plan` object.
  fileprivate var json: JSONValue {
    .object(
      "plan",
      [
        "collection": .string(snapshot.collection), "version": .count(snapshot.version),
        "bytesToRead": .count(bytesToRead), "bytesToWrite": .count(bytesToWrite), "requests": .count(requests),
        "files": .count(files), "steps": .count(steps), "localChanges": .count(localChanges), "tier": .string(tier),
      ])
  }

  fileprivate func text(_ directory: String) -> String {
    let changes = localChanges == 0 ? "" : ", \(Amount.count(UInt64(localChanges), "local change")) put back"
    return """
      \(snapshot.name) → \(Printable.string(directory)), \(Amount.bytes(bytesToRead)) from \(tier), \
      \(Amount.bytes(bytesToWrite)) to write in \(Amount.count(files, "file"))\(changes)
      """
  }
}

extension SyncedCopy {
  /// The `synced` object.
  fileprivate var json: JSONValue {
    .object(
      "synced",
      [
        "collection": .string(snapshot.collection), "version": .count(snapshot.version),
        "directory": .string(directory), "bytesTotal": .count(bytesTotal), "bytesRead": .count(bytesRead),
        "bytesWritten": .count(bytesWritten), "requests": .count(requests), "chunksRead": .count(chunksRead),
        "tier": .string(tier), "localChangesReverted": .count(localChangesReverted), "seconds": .seconds(seconds),
        "way": .string(way),
      ])
  }

  fileprivate var text: String {
    """
    \(snapshot.name) in \(Printable.string(directory)): \(Amount.bytes(bytesRead)) read, \
    \(Amount.bytes(bytesWritten)) written of \(Amount.bytes(bytesTotal)), \(way), in \(Amount.seconds(seconds))
    """
  }
}

import ArgumentParser
import Primitives
import SnapshotEngine

struct Evict: Verb {
  static let configuration = CommandConfiguration(
    commandName: "evict",
    abstract: "Removes old generations of a directory.",
    discussion: """
      Of a directory that `sync --generations` keeps. The current generation stays, and so does each that somebody has \
      pinned. Needs no store.

      Example:
        snapctl evict /fast/words --keep 2
        snapctl evict /fast/words --dry-run
      """)

  @Argument(help: "The directory.") var directory: String

  @Option(help: ArgumentHelp("How many generations stay, the current one among them.", valueName: "n"))
  var keep = 1

  @Flag(help: "Says what would go, and removes nothing.")
  var dryRun = false

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func validate() throws {
    if keep < 1 { throw ValidationError("--keep takes 1 or more: the current generation always stays") }
  }

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let console = session.console
    let evicted = try await SnapshotEngine.evict(
      directory, keeping: keep, isDryRun: dryRun, configuration: session.configuration())
    for generation in evicted.generations { console.result(generation.json(dryRun), generation.text(dryRun)) }
    console.result(evicted.json(directory), evicted.text(directory, dryRun))
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

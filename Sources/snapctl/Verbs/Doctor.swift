import ArgumentParser
import Primitives
import SnapshotEngine

struct Doctor: Verb {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Looks whether the tiers of a store are as they have to be.",
    discussion: """
      Rights, room, exclusive creation, renames, fsync, clock and latency, of the store and of the cache, and whether \
      a helper process touches them; says what to do. Writes a few small files into tmp/, and removes them. Exits with \
      1 when something has to be done.

      Example:
        snapctl doctor --store /mnt/efs/store --cache /mnt/nfs/cache
      """)

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let console = session.console
    let isFine = try await SnapshotEngine.diagnose(
      session.storeAddress(), configuration: session.configuration()
    ) { console.result($0.json, $0.line) }
    console.result(.object("diagnosed", ["fine": .boolean(isFine)]), isFine ? "all is well" : "something is to be done")
    return isFine ? 0 : EngineError.Code.failed.exitCode
  }
}

extension DiagnosedCheck {
  /// The `check` object.
  fileprivate var json: JSONValue {
    .object(
      "check",
      [
        "tier": .string(tier), "check": .string(check), "fine": .boolean(isFine), "found": .string(found),
        "advice": .string(advice),
      ])
  }

  fileprivate var line: String {
    "\(isFine ? "ok  " : "BAD ") \(tier)  \(check): \(found)\(advice.isEmpty ? "" : ". \(advice)")"
  }
}

import ArgumentParser
import SnapshotEngine

struct Show: Verb {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows one version.",
    discussion: """
      Example:
        snapctl show words@12
        snapctl show words@nightly --json
      """)

  @Argument(help: "NAME, NAME@12, NAME@tag or NAME@latest.") var version: String
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let snapshot = try await session.open().snapshot(version)
    session.console.result(snapshot.json, snapshot.page)
    return 0
  }
}

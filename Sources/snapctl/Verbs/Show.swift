import ArgumentParser
import SnapshotEngine

struct Show: Verb {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows one version.",
    discussion: """
      Its manifest says whether owners are recorded; where that cannot be read, `owners` is unknown (null).

      Example:
        snapctl show words@12
        snapctl show words@nightly --json
      """)

  @Argument(help: "NAME, NAME@12, NAME@tag or NAME@latest.") var version: String
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let engine = try await session.open()
    let snapshot = try await engine.snapshot(version)
    let owners = try? await engine.recordsOwners(snapshot.name)
    session.console.result(snapshot.json(owners: owners), snapshot.page(owners: owners))
    return 0
  }
}

import ArgumentParser
import Primitives
import SnapshotEngine

struct Retry: Verb {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Puts a delta that was set aside back for the next compaction.",
    discussion: """
      Once what made it unusable is mended: its bytes were brought back, a clock was set. It is read to its end first, \
      and refused while it cannot be used. What it says keeps its time: it changes nothing that came later. `snapctl \
      deltas NAME --quarantined` shows what is set aside, and why.

      Example:
        snapctl retry words worker-1/7
      """)

  @Argument(help: "The collection.") var name: String
  @Argument(help: ArgumentHelp("Which delta: PRODUCER/SEQUENCE.", valueName: "delta")) var delta: String
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    try await session.open().retry(delta, of: name)
    session.console.result(
      .object("retried", ["collection": .string(name), "delta": .string(delta)]),
      "\(name): delta \(Printable.string(delta)) waits for the next compaction")
    return 0
  }
}

import ArgumentParser
import SnapshotEngine

struct Cat: Verb {
  static let configuration = CommandConfiguration(
    commandName: "cat",
    abstract: "Writes one file of a version to stdout.",
    discussion: """
      Every byte is verified before it is written. With --json too, the bytes go to stdout as they are.

      Example:
        snapctl cat words@12 chroma.sqlite3 > chroma.sqlite3
      """)

  @Argument(help: "The version.") var version: String
  @Argument(help: "The file's path in it.") var path: String
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let engine = try await session.open()
    let console = session.console
    do throws(EngineError) {
      _ = try await engine.read(path, of: version) { piece throws(EngineError) in
        guard console.bytes(piece) else { throw Cat.nobodyReads }
      }
    } catch {
      // Whoever closed the pipe has what they wanted.
      guard error == Cat.nobodyReads else { throw error }
    }
    return 0
  }

  private static let nobodyReads = EngineError(.failed, "nobody reads any more")
}

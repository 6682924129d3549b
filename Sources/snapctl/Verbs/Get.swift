import ArgumentParser
import Primitives
import SnapshotEngine

struct Get: Verb {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Reads records by id, or all whose ids begin with a prefix.",
    discussion: """
      Of a bare name, what waits for compaction is seen too; of NAME@12, that version alone. Exits with 10 when an id \
      is not there; the others are printed. With --prefix, when nothing is under it.

      Example:
        snapctl get words 'IMAGE#…#WORD#00001' --json
      """)

  @Argument(help: "The collection, or a version of it.") var name: String
  @Argument(help: "The ids.") var ids: [String] = []

  @Option(help: ArgumentHelp("All ids that begin with it, in place of ids.", valueName: "text"))
  var prefix: String?

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    guard ids.isEmpty == (prefix != nil) else {
      throw EngineError(.usage, "get takes ids, or a prefix", advice: "Write `get NAME ID…` or `get NAME --prefix P`")
    }
    let engine = try await session.open()
    let console = session.console
    let read: ReadRecords
    if let prefix {
      read = try await engine.scan(name, prefix: prefix) { console.result($0.json, $0.line) }
    } else {
      read = try await engine.records(ids, in: name) { console.result($0.json, $0.line) }
    }
    console.remark(read.sentence(name))
    if let prefix, read.count == 0 { throw missing("no id begins with \(Printable.string(prefix))", prefix) }
    if let first = read.missing.first {
      let count = Amount.count(UInt64(read.missing.count), "id")
      throw missing("\(count) not there, first \(Printable.string(first))", first)
    }
    console.summary(read.json(name))
    return 0
  }

  private func missing(_ message: String, _ id: String) -> EngineError {
    EngineError(.notFound, message, subject: Printable.string(id))
  }
}

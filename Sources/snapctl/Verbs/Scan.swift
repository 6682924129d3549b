import ArgumentParser
import Primitives
import SnapshotEngine

struct Scan: Verb {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Reads all records, or those under a prefix, or those a filter wants, in order of id.",
    discussion: """
      Of a bare name, what waits for compaction is seen too; of NAME@12, that version alone.

      A filter tests metadata, and by the words `id` and `document` the record's own fields:
        page >= 2        = == != < <= > >=; a value is a number, true, false, a word, or a text in quotes
        label in (A, B)  one of them; `not in`
        tags contains x  an array has it, a text has it as a part; `not contains`
        id like 'A%_'    % is any text, _ one character; `not like`; `starts with 'A'` is the plain prefix
        page exists      also `is null`, `is not null`
      joined by and, or, not and parentheses. A test of a key that is not there fails, != and not in included; \
      `not page = 2` is the complement, and holds where there is no page. An array passes when one element does.

      Example:
        snapctl scan words --prefix 'IMAGE#' --where 'confidence >= 0.5 and merchant = "Alder Bistro"' --limit 20
      """)

  @Argument(help: "The collection, or a version of it.") var name: String

  @Option(help: ArgumentHelp("Only ids that begin with it.", valueName: "text"))
  var prefix: String?

  @Option(name: .customLong("where"), help: ArgumentHelp("Only what matches.", valueName: "expression"))
  var expression: String?

  @Option(help: ArgumentHelp("At most so many.", valueName: "n"))
  var limit: UInt64?

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let engine = try await session.open()
    let console = session.console
    let read = try await engine.scan(name, prefix: prefix, where: expression, limit: limit) {
      console.result($0.json, $0.line)
    }
    console.remark(read.sentence(name))
    console.summary(read.json(name))
    return 0
  }
}

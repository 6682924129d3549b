import ArgumentParser
import Primitives
import SnapshotEngine

struct Intents: Verb {
  static let configuration = CommandConfiguration(
    commandName: "intents",
    abstract: "Shows what writers of a collection prepare.",
    discussion: """
      Announcements save work and never decide anything; one whose time is over is of a writer that died.

      Example:
        snapctl intents words
      """)

  @Argument(help: "The collection.") var name: String
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let intents = try await session.open().intents(of: name)
    for intent in intents { session.console.result(intent.json, intent.line) }
    session.console.summary(.object("intents", ["collection": .string(name), "count": .count(intents.count)]))
    if intents.isEmpty { session.console.remark("\(name): nobody prepares anything") }
    return 0
  }
}

extension AnnouncedIntent {
  fileprivate var json: JSONValue {
    .object(
      "intent",
      [
        "collection": .string(collection), "identifier": .string(identifier), "action": .text(action),
        "owner": .text(owner), "started": .time(started), "until": .time(until), "baseRevision": .count(baseRevision),
        "overdue": .boolean(isOverdue), "defect": .text(defect),
      ])
  }

  fileprivate var line: String {
    if let defect { return "\(identifier)  cannot be read: \(Printable.string(defect))" }
    let since = "since \(started?.text ?? "?"), until \(until?.text ?? "?")\(isOverdue ? " (overdue)" : "")"
    return "\(identifier)  \(action ?? "?") by \(Printable.string(owner ?? "?")) \(since)"
  }
}

import ArgumentParser
import Primitives
import SnapshotEngine

struct Hold: Verb {
  static let configuration = CommandConfiguration(
    commandName: "hold",
    abstract: "Keeps a version from retention.",
    discussion: """
      Until a moment (RFC 3339, or a date, in UTC), or until it is released. A version may be held for several \
      reasons, each with a message of its own; the same message again moves the moment.

      Example:
        snapctl hold words@12 --message "release 3"
        snapctl hold words@12 --until 2027-01-01
      """)

  @Argument(help: "The version.") var version: String

  @Option(help: ArgumentHelp("Until when; none: until it is released.", valueName: "time"))
  var until: String?

  @Option(help: ArgumentHelp("Why.", valueName: "text"))
  var message = ""

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let until = try self.until.map { text throws(EngineError) in
      guard let time = Timestamp(text: text) else {
        throw EngineError(
          .usage, "\"\(Printable.string(text))\" is no time", advice: "Write 2027-01-31T18:00:00Z, or 2027-01-31")
      }
      return time
    }
    let snapshot = try await session.open().hold(version, until: until, message: message)
    session.console.result(snapshot.json, "\(snapshot.name) is held\(until.map { " until \($0.text)" } ?? "")")
    return 0
  }
}

struct Release: Verb {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Takes holds of a version away.",
    discussion: """
      Example:
        snapctl release words@12
        snapctl release words@12 --message "release 3"
      """)

  @Argument(help: "The version.") var version: String

  @Option(help: ArgumentHelp("Which hold; none: all of the version.", valueName: "text"))
  var message: String?

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let snapshot = try await session.open().release(version, message: message)
    let left = snapshot.holds.isEmpty ? "" : "; \(Amount.count(UInt64(snapshot.holds.count), "hold")) left"
    session.console.result(snapshot.json, "\(snapshot.name) is released\(left)")
    return 0
  }
}

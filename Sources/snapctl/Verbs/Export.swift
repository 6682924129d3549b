import ArgumentParser
import Primitives
import SnapshotEngine

struct Export: Verb {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a whole version as a tar archive.",
    discussion: """
      POSIX pax format; the same version gives the same bytes: owner and group are 0, or with --owners the numbers \
      that the version records, the time is that of the version. \
      Every byte is verified before it is written. A file gets its name when it is whole; on stdout, damage ends the \
      archive early, with exit status 4.

      Example:
        snapctl export words@12 -o words.tar
        snapctl export words -o - | tar -x -C /tmp/words
      """)

  @Argument(help: "The version.") var version: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The archive; - is stdout.", valueName: "file"))
  var output: String

  @Flag(help: "Writes the owner and group the version records.")
  var owners = false

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func paths(_ configuration: EngineConfiguration) -> [String] { output == "-" ? [] : [output] }

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let engine = try await session.open()
    let console = session.console
    console.remark("\(Printable.string(version)) → \(output == "-" ? "stdout" : Printable.string(output))")
    guard output == "-" else {
      let exported = try await engine.export(
        version, to: output, withOwners: owners, progress: console.progress)
      console.result(exported.json(output), exported.text(output))
      return 0
    }
    _ = try await engine.export(version, withOwners: owners) { piece throws(EngineError) in try console.send(piece) }
    return 0
  }
}

extension ExportedSnapshot {
  /// The `exported` object.
  fileprivate func json(_ file: String) -> JSONValue {
    .object(
      "exported",
      [
        "collection": .string(snapshot.collection), "version": .count(snapshot.version), "file": .string(file),
        "contentHash": .hash(snapshot.contentHash), "bytesTotal": .count(snapshot.bytes),
        "bytesWritten": .count(bytes), "seconds": .seconds(seconds),
      ])
  }

  fileprivate func text(_ file: String) -> String {
    "\(snapshot.name) in \(Printable.string(file)): \(Amount.bytes(bytes)) in \(Amount.seconds(seconds))"
  }
}

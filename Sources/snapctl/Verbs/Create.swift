import ArgumentParser
import Primitives
import SnapshotEngine

struct Create: Verb {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Makes a version of a directory.",
    discussion: """
      Builds on the version the directory was synced from, or on --expect, or on the newest one. When somebody \
      else committed meanwhile: exit 5, nothing published. When nothing changed (names, types, modes, link \
      targets, bytes; never times), no version is made. With --owners a change of owners alone makes one, and so does \
      a version before that was made without.

      A file that changes while it is read is read again, then named; nothing is published. SQLite files in use are \
      taken as of one moment. Sockets, FIFOs and devices are named and left out, and so is what a .snapignore says, \
      by the rules of git's ignore files.

      Example:
        snapctl create words ./words --tag nightly --message "after the import"
      """)

  @Argument(help: "The collection.") var name: String
  @Argument(help: "The directory.") var directory: String

  @Option(help: ArgumentHelp("The version the directory builds on; 0: there is none yet.", valueName: "version"))
  var expect: UInt64?

  @Flag(help: "Stacks the directory on top of whatever is the newest.")
  var appendVersion = false

  @Option(help: ArgumentHelp("A copy of the version to build on; what is compared is read there.", valueName: "dir"))
  var base: String?

  @Option(help: ArgumentHelp("Names the new version.", valueName: "tag"))
  var tag: String?

  @Option(help: ArgumentHelp("What to say about it.", valueName: "text"))
  var message = ""

  @Flag(help: "Records the owner and group of every entry, by number.")
  var owners = false

  @Flag(help: "Says why each byte moved.")
  var explain = false

  @OptionGroup var selection: SelectionOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func paths(_ configuration: EngineConfiguration) -> [String] {
    [directory, base, selection.ignoreFile].compactMap(\.self)
  }

  func run(in session: Session) async throws(EngineError) -> Int32 {
    try ArgumentOrder.check(name: name, directory: directory, verb: "create")
    if name.contains("@") {
      let meant = "`snapctl sync \(Printable.string(name)) \(Printable.string(directory))`"
      throw EngineError(
        .usage, "a new version has no number yet; did you mean \(meant)?", subject: Printable.string(name))
    }
    let engine = try await session.open()
    session.console.remark("\(Printable.string(directory)) → \(Printable.string(name))")
    let created = try await engine.create(name, from: directory, options: options(session.console))
    session.console.skipped(created.skipped, of: created.skippedCount)
    session.console.vanished(created.vanished, of: created.vanishedCount)
    session.console.result(created.json, created.text)
    return 0
  }

  private func options(_ console: Console) -> CreateOptions {
    var options = CreateOptions()
    options.expectedVersion = expect
    options.baseDirectory = base
    options.stacksOnNewest = appendVersion
    options.tag = tag
    options.message = message
    options.recordsOwners = owners
    options.selection = selection.selection
    options.progress = console.progress
    if explain { options.explain = { console.explain($0) } }
    return options
  }
}

extension Console {
  /// Names what no snapshot can hold.
  func skipped(_ entries: [SkippedEntry], of count: Int) {
    for entry in entries {
      remark("left out: \(entry.path) is a \(entry.kind)")
      summary(.object("skipped", ["path": .string(entry.path), "kind": .string(entry.kind)]))
    }
    let further = count - entries.count
    if further > 0 { remark("left out: \(further) more of the kind") }
  }

  /// Names what somebody removed while it was read.
  func vanished(_ paths: [String], of count: Int) {
    for path in paths {
      remark("left out: \(path) vanished while the directory was read")
      summary(.object("vanished", ["path": .string(path)]))
    }
    let further = count - paths.count
    if further > 0 { remark("left out: \(further) more that vanished") }
  }

  /// Says why a file's bytes moved.
  func explain(_ explanation: Explanation) {
    result(
      .object(
        "explanation",
        [
          "path": .string(explanation.path), "bytes": .count(explanation.bytes), "reason": .string(explanation.reason),
        ]),
      "\(explanation.path): \(explanation.reason)")
  }
}

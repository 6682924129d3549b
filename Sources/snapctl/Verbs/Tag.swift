import ArgumentParser
import Primitives
import SnapshotEngine

struct Tag: Verb {
  static let configuration = CommandConfiguration(
    commandName: "tag",
    abstract: "Names a version.",
    discussion: """
      A tag begins with a letter. One that names another version is moved.

      Example:
        snapctl tag words@12 nightly
      """)

  @Argument(help: "The version.") var version: String
  @Argument(help: "The tag.") var tag: String
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let snapshot = try await session.open().tag(version, as: tag)
    session.console.result(snapshot.json, "\(snapshot.name) is \(snapshot.collection)@\(tag)")
    return 0
  }
}

struct Untag: Verb {
  static let configuration = CommandConfiguration(
    commandName: "untag",
    abstract: "Takes a tag away; the version stays.",
    discussion: """
      Example:
        snapctl untag words nightly
        snapctl untag words@nightly
      """)

  @Argument(help: "The collection, or NAME@tag.") var name: String
  @Argument(help: "The tag.") var tag: String?
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let parts = name.split(separator: "@", maxSplits: 1).map(String.init)
    guard let collection = parts.first, let tag = tag ?? (parts.count == 2 ? parts[1] : nil),
      parts.count == 1 || self.tag == nil
    else {
      throw EngineError(
        .usage, "untag takes a collection and a tag", advice: "Write `untag NAME TAG` or `untag NAME@TAG`")
    }
    try await session.open().untag(collection, tag)
    session.console.result(
      .object("untagged", ["collection": .string(collection), "tag": .string(tag)]), "\(collection)@\(tag) is gone")
    return 0
  }
}

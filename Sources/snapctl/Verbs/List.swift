import ArgumentParser
import Primitives
import SnapshotEngine

struct List: Verb {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the collections of a store, or the versions of one.",
    discussion: """
      Example:
        snapctl list
        snapctl list words --json
      """)

  @Argument(help: "The collection; none: all collections, with their newest version.") var name: String?
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let engine = try await session.open()
    let console = session.console
    if let name {
      let versions = try await engine.versions(of: name)
      for version in versions { console.result(version.json, version.line) }
      console.summary(.object("listed", ["collection": .string(name), "versions": .count(versions.count)]))
    } else {
      let collections = try await engine.collections()
      for collection in collections {
        guard let newest = collection.newest else {
          console.result(collection.json, "\(collection.name)  no version yet")
          continue
        }
        console.result(newest.json, newest.line)
      }
      console.summary(.object("listed", ["collections": .count(collections.count)]))
    }
    return 0
  }
}

extension CollectionSummary {
  /// A collection that has no version to show.
  fileprivate var json: JSONValue {
    .object("collection", ["collection": .string(name), "kind": .string(kind.rawValue), "version": .null])
  }
}

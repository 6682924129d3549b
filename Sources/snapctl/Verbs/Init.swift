import ArgumentParser
import Primitives
import SnapshotEngine

struct Init: Verb {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Creates a store.",
    discussion: """
      What orders the commits is chosen here, once: `auto` takes S3 itself in a bucket, the directory itself on a \
      network mount, RocksDB on a local path. A server that replaces what it was asked not to is refused.

      Example:
        snapctl init --store /data/store
        snapctl init --store /mnt/nfs/store --if-missing --catalog directory
        snapctl init --store s3://bucket/vectors --s3-region eu-central-1
      """)

  @Flag(help: "A store that is there already is no error.")
  var ifMissing = false

  @Option(help: ArgumentHelp("What orders commits: auto, rocksdb, directory or s3.", valueName: "kind"))
  var catalog = CatalogChoice.auto

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let address = try session.storeAddress()
    let store = try await SnapshotEngine.initialise(
      address, catalog: catalog, ifMissing: ifMissing, configuration: session.configuration())
    let object = JSONValue.object(
      "initialised",
      [
        "store": .string(store.store), "identifier": .string(store.identifier),
        "catalog": .string(store.catalog.rawValue), "created": .boolean(store.isNew),
      ])
    let name = Printable.string(address)
    session.console.result(
      object,
      store.isNew ? "\(name): a new store, catalog \(store.catalog.rawValue)" : "\(name): there is a store already")
    return 0
  }
}

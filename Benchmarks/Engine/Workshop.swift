import Foundation
import SnapshotEngine

/// A store, and room for trees and copies, in a directory of its own.
struct Workshop {
  let engine: SnapshotEngine
  private let root: URL

  /// Opens one, and takes it away when `body` is done.
  static func open(_ body: (Workshop) async throws -> Void) async throws {
    let root = try makeDirectory()
    defer { try? FileManager.default.removeItem(at: root) }
    try await body(try await Workshop(root))
  }

  /// Its path is as long on every machine: how often its bytes move, while paths of files are put together, depends on
  /// that, once for each file.
  private static func makeDirectory() throws -> URL {
    let name = "\(FileManager.default.temporaryDirectory.path)/snapshot-benchmark-"
    let filler = String(repeating: "-", count: max(0, 96 - name.utf8.count))
    var path = Array("\(name)\(filler)XXXXXX".utf8CString)
    guard mkdtemp(&path) != nil else {
      throw WrongOutcome(what: "\(name)…: \(String(cString: strerror(errno)))")
    }
    return URL(fileURLWithPath: String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }

  /// With the catalog that a shared directory has: an embedded database allocates on threads of its own.
  private init(_ root: URL) async throws {
    self.root = root
    let (store, configuration) = (root.appendingPathComponent("store").path, EngineConfiguration.oneWorker)
    _ = try await SnapshotEngine.initialise(store, catalog: .directory, configuration: configuration)
    engine = try await SnapshotEngine.open(store, configuration: configuration)
  }

  /// Where something of that name may lie.
  func path(_ name: String) -> String { root.appendingPathComponent(name).path }

  /// Both versions of the sample tree, the first of them in the store.
  func withFirstVersion() async throws -> SampleTree {
    let tree = try SampleTree(in: path("tree"))
    _ = try await engine.create("tree", from: tree.first, options: .stacked)
    return tree
  }

  /// Both versions in the store.
  func withBothVersions() async throws {
    let tree = try await withFirstVersion()
    _ = try await engine.create("tree", from: tree.second, options: .stacked)
  }

  /// Both versions in the store, and a copy of the first.
  func withCopy() async throws -> String {
    try await withBothVersions()
    let copy = path("copy")
    try await engine.sync("tree@1", to: copy)
    return copy
  }
}

extension EngineConfiguration {
  /// Which of several workers allocates what is a matter of chance.
  static var oneWorker: EngineConfiguration {
    var configuration = EngineConfiguration()
    configuration.jobs = 1
    return configuration
  }
}

extension CreateOptions {
  /// On top of what is newest: the two versions lie in two folders, and neither becomes a copy.
  static var stacked: CreateOptions {
    var options = CreateOptions()
    options.stacksOnNewest = true
    options.remembersVersion = false
    return options
  }
}

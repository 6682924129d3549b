import Logging
import SnapshotEngine
import Synchronization

/// Commits to one collection, and tells of each head how long this process waited for its turn, opened the catalog, and
/// held it.
struct Commits {
  private let engine: SnapshotEngine
  private let name: String
  private let count: Int
  private let tag: String

  init(_ engine: SnapshotEngine, _ name: String, count: Int, seed: UInt64) {
    self.engine = engine
    self.name = name
    self.count = count
    tag = "process-\(seed)"
  }

  /// A line for each head that was sent: milliseconds waited, opened, held.
  func run() async throws {
    for number in 0..<count {
      // The tag is somewhere else each time, so that there always is something to commit.
      _ = try await engine.tag("\(name)@\(number % 2 + 1)", as: tag)
    }
    for line in Publications.lines { print(line) }
  }
}

/// What the engine logs of the heads it publishes.
struct Publications: LogHandler {
  private static let label = "snapshot-engine.catalog"
  private static let told = Mutex<[String]>([])

  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level

  /// To be called before anything is logged.
  static func listen() {
    LoggingSystem.bootstrap { Publications(logLevel: $0 == label ? .debug : .critical) }
  }

  static var lines: [String] { told.withLock { $0 } }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    guard let told = event.metadata else { return }
    let keys = ["waitedMilliseconds", "openedMilliseconds", "heldMilliseconds"]
    let line = keys.map { "\(told[$0] ?? "nan")" }.joined(separator: " ")
    Publications.told.withLock { $0.append(line) }
  }
}

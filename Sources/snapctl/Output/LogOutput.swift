import Logging
import Primitives
import SnapshotEngine

/// Logs, a line each, on stderr.
enum LogOutput {
  static func bootstrap(_ level: LogLevel) {
    let level = Logger.Level(rawValue: level.rawValue) ?? .warning
    LoggingSystem.bootstrap { label in Handler(label: label, logLevel: level) }
  }

  private struct Handler: LogHandler {
    let label: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let all = metadata.merging(event.metadata ?? [:]) { $1 }
      let fields = all.sorted { $0.key < $1.key }.map { " \($0.key)=\(Printable.string("\($0.value)"))" }.joined()
      let time = SystemClock().now().text
      Standard.error.write("\(time) \(event.level) \(Printable.string("\(event.message)"))\(fields)\n")
    }
  }
}

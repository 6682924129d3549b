import Primitives
import SnapshotEngine

/// Notices a name and a directory that changed places, before anything is done.
enum ArgumentOrder {
  /// - Throws: `.usage` with what was probably meant.
  static func check(name: String, directory: String, verb: String) throws(EngineError) {
    guard !isName(name), isName(directory), name.hasPrefix(".") || name.hasPrefix("/") || isDirectory(name) else {
      return
    }
    let (name, directory) = (Printable.string(name), Printable.string(directory))
    let meant =
      verb == "sync"
      ? "did you mean `create`? `snapctl create \(directory) \(name)` makes a version of a directory"
      : "did you mean `snapctl \(verb) \(directory) \(name)`? To bring a version to a directory: `snapctl sync`"
    throw EngineError(.usage, "\(name) is a directory, and \(directory) a name: \(meant)", subject: name)
  }

  static func isDirectory(_ path: String) -> Bool {
    SnapshotEngine.isDirectory(path)
  }

  private static func isName(_ text: String) -> Bool {
    CollectionName(String(text.prefix { $0 != "@" })) != nil
  }
}

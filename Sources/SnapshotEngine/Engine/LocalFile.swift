internal import FileIO
internal import Glibc
internal import Primitives

/// Files that the user names by a path of this machine.
enum LocalFile {
  private static let byteCountMax = 16 << 20

  /// A small text file, whole.
  static func text(at path: String) throws(EngineError) -> String {
    guard let text = String(validating: try bytes(at: path, limit: byteCountMax), as: UTF8.self) else {
      throw EngineError(.failed, "\(Printable.string(path)) is not UTF-8", subject: Printable.string(path))
    }
    return text
  }

  /// A file of at most `limit` bytes.
  static func bytes(at path: String, limit: Int) throws(EngineError) -> [UInt8] {
    do throws(FileError) {
      return try open(path).readAll(limit: limit)
    } catch {
      throw EngineError(error)
    }
  }

  static func open(_ path: String) throws(FileError) -> OpenFile {
    let (parent, name) = split(path)
    return try Directory(path: parent).open(try LocalPath(checking: name), for: .read)
  }

  static func split(_ path: String) -> (parent: String, name: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
    let name = String(path[path.utf8.index(after: slash)...])
    return (slash == path.startIndex ? "/" : String(path[..<slash]), name)
  }
}

extension SnapshotEngine {
  /// Whether a path, links followed, is that of a directory.
  package static func isDirectory(_ path: String) -> Bool {
    var found = stat()
    let result = CallNotes.during(.status) { unsafe stat(path, &found) }
    return result == 0 && found.st_mode & S_IFMT == S_IFDIR
  }
}

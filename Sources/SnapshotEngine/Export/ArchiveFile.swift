internal import FileIO
internal import Primitives
internal import Synchronization

/// A file that gets its name when it is whole and durable.
///
/// Until then it lies beside that name as `.<32 hex>.partial`; a killed program leaves that behind.
final class ArchiveFile: Sendable {
  private let directory: Directory
  private let name: LocalPath
  private let partial: LocalPath
  private let file: OpenFile
  private let offset = Mutex<UInt64>(0)

  /// - Throws: `.usage` when something is there that is not a regular file.
  init(_ path: String, mark: UniqueName) throws(EngineError) {
    let (parent, last) = LocalFile.split(path)
    do throws(FileError) {
      directory = try Directory(path: parent)
      name = try LocalPath(checking: last)
      partial = try LocalPath(checking: ".\(mark.hex).partial")
    } catch {
      throw EngineError(error)
    }
    try ArchiveFile.check(name, in: directory, path)
    do throws(FileError) {
      file = try directory.open(partial, for: .newFile(.file))
    } catch {
      throw EngineError(error)
    }
  }

  /// - Throws: `.noSpace` with the exact shortfall.
  func reserve(_ byteCount: UInt64) throws(EngineError) {
    let free = try catching { () throws(FileError) in try directory.fileSystem().freeByteCount }
    guard byteCount <= free else {
      throw EngineError(
        .noSpace, "\(file.path): \(byteCount - free) bytes of space are missing", subject: file.path,
        advice: "Free \(byteCount - free) bytes, or write it elsewhere")
    }
    try catching { () throws(FileError) in try file.allocate(byteCount) }
  }

  func append(_ bytes: [UInt8]) throws(EngineError) {
    let start = offset.withLock { offset in
      defer { offset += UInt64(bytes.count) }
      return offset
    }
    try catching { () throws(FileError) in try file.write(bytes, at: start) }
  }

  func finish() throws(EngineError) {
    try catching { () throws(FileError) in
      try file.truncate(to: offset.withLock { $0 })
      try file.sync()
      try directory.rename(partial, to: name, .replace)
      try directory.sync()
    }
  }

  /// Removes what was written.
  func abandon() {
    _ = try? directory.unlinkIfPresent(partial)
  }

  private static func check(_ name: LocalPath, in directory: borrowing Directory, _ path: String) throws(EngineError) {
    do throws(FileError) {
      guard let status = try directory.statusIfPresent(of: name), status.kind != .file else { return }
    } catch {
      throw EngineError(error)
    }
    let text = Printable.string(path)
    throw EngineError(
      .usage, "\(text) is there, and is no regular file", subject: text,
      advice: "Name a file, or write to stdout: `-o - > \(text)`")
  }

  private func catching<Value>(_ body: () throws(FileError) -> Value) throws(EngineError) -> Value {
    do throws(FileError) { return try body() } catch { throw EngineError(error) }
  }
}

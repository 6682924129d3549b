internal import FileIO
internal import Primitives
internal import SnapshotStore

/// Takes one SQLite file as of one moment, into a file that has no name any more when it is read.
struct SQLiteCapture: Sendable {
  let path: RelativePath
  /// The directory the path is of, as its user named it.
  let directory: String
  let temporaryDirectory: String
  let random: any RandomSource

  private var name: String { "\(Printable.string(directory))/\(path)" }

  private static let suffixes = ["", "-journal", "-wal"]

  /// - Throws: `.changed` when a writer held the database too long; `.invalid` when SQLite cannot read it.
  func run() throws(StoreError) -> FileInput {
    let folder: TemporaryFolder
    do throws(FileError) {
      folder = try TemporaryFolder(in: temporaryDirectory, random: random)
    } catch {
      throw .file(error)
    }
    if try hasIndex() { try backUp(to: folder) } else { try mend(in: folder) }
    do throws(FileError) {
      let file = try folder.directory.open(.local("database"), for: .read)
      try folder.remove()
      return try FileInput(file)
    } catch {
      throw .file(error)
    }
  }

  /// Whether whoever writes the log, if there is one, shares its index with others. Where that is not so nobody is
  /// there; to read the log in its place, SQLite would make an index beside it.
  private func hasIndex() throws(StoreError) -> Bool {
    do throws(FileError) {
      let root = try Directory(path: directory)
      guard let log = RelativePath(path.bytes + "-wal".utf8), let index = RelativePath(path.bytes + "-shm".utf8) else {
        return true
      }
      let hasLog = try root.statusIfPresent(of: log) != nil
      let hasIndex = try root.statusIfPresent(of: index) != nil
      return !hasLog || hasIndex
    } catch {
      throw failure(error)
    }
  }

  /// Through a connection that cannot write. Where the file must be written first, a copy is.
  private func backUp(to folder: TemporaryFolder) throws(StoreError) {
    let place = try place()
    defer { extendLifetime(place) }
    do throws(SQLiteError) {
      let fileName = path.bytes[(path.parent.map { $0.bytes.count + 1 } ?? 0)...]
      let source = try SQLiteConnection(
        path: Array("\(place.ownPath)/".utf8) + fileName, .read, fileSystem: BeneathFileSystem.name)
      let target = try SQLiteConnection(path: folder.path(of: "database"), .readWrite)
      try target.run("PRAGMA synchronous = OFF")
      try target.run("PRAGMA journal_mode = OFF")
      try source.copy(to: target)
    } catch {
      guard error.needsWriting else { throw failure(error) }
      try mend(in: folder)
    }
  }

  /// The directory that the database is in, reached through no link.
  private func place() throws(StoreError) -> Directory {
    do throws(FileError) {
      let root = try Directory(path: directory)
      guard let parent = path.parent else { return root }
      return try root.openDirectory(parent)
    } catch {
      throw failure(error)
    }
  }

  /// What a crash left is rolled back, or forward, on a copy of all its files.
  private func mend(in folder: TemporaryFolder) throws(StoreError) {
    try copyFiles(to: folder)
    do throws(SQLiteError) {
      let copy = try SQLiteConnection(path: folder.path(of: "database"), .readWrite)
      try copy.run("PRAGMA wal_checkpoint(TRUNCATE)")
      try copy.run("SELECT count(*) FROM sqlite_master")
    } catch {
      throw failure(error)
    }
  }

  private func copyFiles(to folder: TemporaryFolder) throws(StoreError) {
    var inputs: [(input: FileInput, suffix: String)] = []
    do throws(FileError) {
      let root = try Directory(path: directory)
      for suffix in SQLiteCapture.suffixes {
        guard let path = RelativePath(path.bytes + suffix.utf8) else { continue }
        let isThere = try root.statusIfPresent(of: path)?.kind == .file
        guard suffix.isEmpty || isThere else { continue }
        inputs.append((try FileInput(root.open(path, for: .read)), suffix))
      }
      try folder.removeContents()
    } catch {
      throw failure(error)
    }
    for (input, _) in inputs { try input.settle(ReadRetry()) }
    for (input, suffix) in inputs { try folder.write(input, "database\(suffix)") }
    for (input, _) in inputs { try input.checkUnchanged() }
  }

  private func failure(_ error: FileError) -> StoreError {
    switch error.meaning {
    case .notFound, .notADirectory, .leadsOutside:
      .changed(path: name, how: "it, a file beside it or a directory above it came or went")
    default: .file(error)
    }
  }

  private func failure(_ error: SQLiteError) -> StoreError {
    if error.isBusy { return .changed(path: name, how: "its writer holds it") }
    if error.isNoSpace {
      return .invalid("\(name) cannot be copied to \(Printable.string(temporaryDirectory)): no space left there")
    }
    return .invalid("\(name) cannot be taken as of one moment: SQLite says \(error.message)")
  }
}

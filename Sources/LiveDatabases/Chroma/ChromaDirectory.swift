internal import FileIO
internal import Primitives
internal import SnapshotStore

/// A ChromaDB directory: `chroma.sqlite3`, and beside it a folder for the index of each of its collections.
///
/// Its client writes the index files in place, whenever it likes, without a lock and without a journal. They belong to
/// the database only while nobody writes; so the directory must be quiet from its first file to its last.
struct ChromaDirectory {
  private let path: RelativePath?
  private let database: RelativePath
  private let statuses: [RelativePath: FileStatus]

  /// Nil when the directory, nil being the root, is none.
  init?(_ path: RelativePath?, of root: borrowing Directory) throws(FileError) {
    guard let database = ChromaDirectory.below(path, "chroma.sqlite3".utf8),
      try root.statusIfPresent(of: database)?.kind == .file
    else { return nil }
    self.path = path
    self.database = database
    statuses = try ChromaDirectory.statuses(path, of: root, depth: 1)
  }

  /// Why the directory is being written, or was left in the middle of it; nil when it is quiet.
  func defect(in root: borrowing Directory) throws(FileError) -> String? {
    if try SQLiteCompanions(of: database, in: root).areHot {
      return "its database has changes that are not in \(database)"
    }
    for header in statuses.keys.sorted() where header.lastComponent.elementsEqual("header.bin".utf8) {
      guard let folder = header.parent, folder != path else { continue }
      if let defect = try IndexFolder.defect(of: folder, in: root) { return "\(folder): \(defect)" }
    }
    return nil
  }

  /// Whether every file is as it was when the directory was entered.
  func isUntouched(in root: borrowing Directory) throws(FileError) -> Bool {
    try ChromaDirectory.statuses(path, of: root, depth: 1) == statuses
  }

  /// The statuses of all files of the directory, and of the folders in it.
  private static func statuses(
    _ path: RelativePath?, of root: borrowing Directory, depth: Int
  ) throws(FileError) -> [RelativePath: FileStatus] {
    var statuses: [RelativePath: FileStatus] = [:]
    for entry in try list(path, of: root) {
      guard let below = below(path, entry.name), let status = try root.statusIfPresent(of: below) else { continue }
      switch status.kind {
      case .file: statuses[below] = status
      case .directory where depth > 0:
        statuses.merge(try ChromaDirectory.statuses(below, of: root, depth: depth - 1)) { $1 }
      default: break
      }
    }
    return statuses
  }

  private static func list(_ path: RelativePath?, of root: borrowing Directory) throws(FileError) -> [DirectoryEntry] {
    guard let path else { return try root.list() }
    return try root.openDirectory(path).list()
  }

  private static func below(_ path: RelativePath?, _ name: some Collection<UInt8>) -> RelativePath? {
    path.map { $0.appending(name) } ?? RelativePath(name)
  }
}

/// A ChromaDB directory from the first file that is read of it to the last.
struct QuietChromaDirectory: LiveDirectory {
  private let directory: ChromaDirectory
  private let location: String

  /// Nil when the directory is no ChromaDB directory.
  ///
  /// - Throws: `.invalid` when it is being written.
  init?(_ path: RelativePath?, of root: borrowing Directory) throws(StoreError) {
    do throws(FileError) {
      guard let directory = try ChromaDirectory(path, of: root) else { return nil }
      self.directory = directory
      location = path.map { "\(root.path)/\($0)" } ?? root.path
    } catch {
      throw .file(error)
    }
    try refuseDefects(root)
  }

  func leave(_ root: borrowing Directory) throws(StoreError) {
    let isUntouched: Bool
    do throws(FileError) {
      isUntouched = try directory.isUntouched(in: root)
    } catch {
      throw .file(error)
    }
    guard isUntouched else { throw refusal("one of its files was written while it was read") }
    try refuseDefects(root)
  }

  private func refuseDefects(_ root: borrowing Directory) throws(StoreError) {
    let defect: String?
    do throws(FileError) {
      defect = try directory.defect(in: root)
    } catch {
      throw .file(error)
    }
    if let defect { throw refusal(defect) }
  }

  private func refusal(_ defect: String) -> StoreError {
    .invalid(
      "\(location) is a ChromaDB directory that is being written, or was not closed: \(defect). Nothing was published. "
        + "Close its client, or take the directory as it is with --allow-live")
  }
}

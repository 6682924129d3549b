package import FileIO
package import Primitives
package import SnapshotStore

/// The databases that are known: SQLite files, and ChromaDB directories, which hold an SQLite file and index folders.
///
/// - An SQLite file without a hot journal and without a write-ahead log is read as the bytes it has. Any other is
///   copied by SQLite's own backup, as of one moment, and what lies beside it is left out.
/// - Nothing in the directory is changed by that: where only a writer could read, as behind a crash, a copy is mended.
/// - A ChromaDB directory that is being written cannot be taken as of one moment at all, and is refused.
package struct DatabaseFiles: LiveFiles {
  /// The directory that is walked, as its user named it.
  private let directory: String
  private let temporaryDirectory: String
  private let random: any RandomSource
  private let allowsLiveDirectories: Bool

  /// - Parameter temporaryDirectory: where copies of databases stand while they are read.
  package init(
    directory: String, temporaryDirectory: String, random: any RandomSource, allowsLiveDirectories: Bool
  ) {
    self.directory = directory
    self.temporaryDirectory = temporaryDirectory
    self.random = random
    self.allowsLiveDirectories = allowsLiveDirectories
  }

  package func enter(
    _ directory: RelativePath?, of root: borrowing Directory
  ) throws(StoreError) -> (any LiveDirectory)? {
    guard !allowsLiveDirectories else { return nil }
    return try QuietChromaDirectory(directory, of: root)
  }

  package func database(
    _ file: borrowing OpenFile, at path: RelativePath, of root: borrowing Directory
  ) throws(StoreError) -> LiveDatabase? {
    do throws(FileError) {
      guard try SQLiteFile.isOne(file) else { return nil }
      let companions = try SQLiteCompanions(of: path, in: root)
      let capture = SQLiteCapture(
        path: path, directory: directory, temporaryDirectory: temporaryDirectory, random: random)
      return LiveDatabase(
        isLive: companions.areHot, companions: companions.leftOut, quietCompanions: companions.quiet
      ) { () throws(StoreError) in try capture.run() }
    } catch {
      throw .file(error)
    }
  }

  package func holdsChanges(_ companion: RelativePath, of root: borrowing Directory) throws(StoreError) -> Bool {
    do throws(FileError) {
      return try SQLiteCompanions.isHot(companion, in: root)
    } catch {
      throw .file(error)
    }
  }
}

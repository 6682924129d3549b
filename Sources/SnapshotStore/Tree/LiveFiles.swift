package import FileIO
package import Primitives

/// Knows files that are more than their bytes: databases that a program may be writing while they are snapshotted.
package protocol LiveFiles: Sendable {
  /// Called when a walk comes to a directory, nil being the root, before anything in it is read.
  ///
  /// - Returns: what is to be asked again when all of it was read; nil for an ordinary directory.
  /// - Throws: `.invalid` when the directory is being written and cannot be taken as of one moment.
  func enter(
    _ directory: RelativePath?, of root: borrowing Directory
  ) throws(StoreError) -> (any LiveDirectory)?

  /// Looks at a file before it is read; nil for an ordinary one.
  func database(
    _ file: borrowing OpenFile, at path: RelativePath, of root: borrowing Directory
  ) throws(StoreError) -> LiveDatabase?

  /// Whether a companion that was quiet when its database was met holds changes now.
  func holdsChanges(_ companion: RelativePath, of root: borrowing Directory) throws(StoreError) -> Bool
}

/// A directory whose files belong together.
package protocol LiveDirectory {
  /// - Throws: `.invalid` when it was written while it was read.
  func leave(_ root: borrowing Directory) throws(StoreError)
}

/// A database, and how to take it.
package struct LiveDatabase {
  /// Whether its state is in more than its own bytes right now.
  package let isLive: Bool
  /// Files beside it that hold changes of it, or would if there were any. They are no part of the snapshot.
  package let companions: Set<RelativePath>
  /// Files beside it that could hold changes of it, and hold none. They are files like any other as long as that is so.
  package let quietCompanions: Set<RelativePath>
  /// Makes a copy as of one moment.
  ///
  /// - Throws: `.changed` when its writer did not let that happen; it may later.
  package let capture: () throws(StoreError) -> FileInput

  package init(
    isLive: Bool, companions: Set<RelativePath>, quietCompanions: Set<RelativePath>,
    capture: @escaping () throws(StoreError) -> FileInput
  ) {
    self.isLive = isLive
    self.companions = companions
    self.quietCompanions = quietCompanions
    self.capture = capture
  }
}

/// Takes every file as the bytes it has.
package struct NoLiveFiles: LiveFiles {
  package init() {}

  package func enter(_: RelativePath?, of: borrowing Directory) throws(StoreError) -> (any LiveDirectory)? { nil }

  package func database(
    _: borrowing OpenFile, at: RelativePath, of: borrowing Directory
  ) throws(StoreError) -> LiveDatabase? { nil }

  package func holdsChanges(_: RelativePath, of: borrowing Directory) throws(StoreError) -> Bool { false }
}

package import FileIO
internal import Primitives

/// A local file as input of a snapshot. It must stay as it is while it is read.
///
/// What a file system records of each write is looked at: size, time of modification, time of change. Writes through a
/// mapping leave their mark there only some time later.
package final class FileInput: SnapshotInput {
  private let file: OpenFile
  private let before: FileStatus

  package init(_ file: consuming OpenFile) throws(FileError) {
    before = try file.status()
    self.file = file
  }

  /// Waits, when the file was written a moment ago: a further write at once might bear the same time.
  ///
  /// - Throws: `.changed` when it is written meanwhile.
  package func settle(_ retry: ReadRetry) throws(StoreError) {
    let age = retry.clock.now().milliseconds * 1_000_000 - before.changedNanoseconds
    guard age < Int64(retry.settleNanoseconds) else { return }
    retry.clock.sleep(nanoseconds: retry.settleNanoseconds)
    try checkUnchanged()
  }

  /// What `live` knows of the file.
  func database(
    _ live: any LiveFiles, at path: RelativePath, of root: borrowing Directory
  ) throws(StoreError) -> LiveDatabase? {
    try live.database(file, at: path, of: root)
  }

  package var status: FileStatus { before }
  package var byteCount: UInt64 { before.byteCount }

  package func read(at offset: UInt64, count: Int) throws(StoreError) -> [UInt8] {
    do throws(FileError) {
      return try file.read(count, at: offset)
    } catch {
      if error.meaning == .endOfFile { throw .changed(path: file.path, how: "it became shorter") }
      throw .file(error)
    }
  }

  package func checkUnchanged() throws(StoreError) {
    let after: FileStatus
    do throws(FileError) {
      after = try file.status()
    } catch {
      throw .file(error)
    }
    guard after.byteCount == before.byteCount else { throw .changed(path: file.path, how: "its size changed") }
    guard
      after.modifiedNanoseconds == before.modifiedNanoseconds, after.changedNanoseconds == before.changedNanoseconds
    else { throw .changed(path: file.path, how: "its time of modification changed") }
  }
}

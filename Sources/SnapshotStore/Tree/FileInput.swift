package import FileIO
internal import Primitives

/// A local file as input of a snapshot. It must stay as it is while it is read.
package final class FileInput: SnapshotInput {
  private let file: OpenFile
  private let before: FileStatus

  package init(_ file: consuming OpenFile) throws(StoreError) {
    let status: FileStatus
    do throws(FileError) {
      status = try file.status()
    } catch {
      throw .file(error)
    }
    before = status
    self.file = file
  }

  package var status: FileStatus { before }
  package var byteCount: UInt64 { before.byteCount }

  package func read(at offset: UInt64, count: Int) throws(StoreError) -> [UInt8] {
    do throws(FileError) {
      return try file.read(count, at: offset)
    } catch {
      if error.meaning == .endOfFile { throw changed("it became shorter") }
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
    guard after.byteCount == before.byteCount, after.modifiedNanoseconds == before.modifiedNanoseconds else {
      throw changed("its size or modification time changed")
    }
  }

  private func changed(_ how: String) -> StoreError {
    .invalid(
      "\(file.path) changed while it was read: \(how). Nothing was published. "
        + "Close what writes to it, or snapshot a copy")
  }
}

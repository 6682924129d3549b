internal import FileIO
internal import Primitives
internal import SnapshotStore

/// A folder of our own, for as long as the value lives.
final class TemporaryFolder {
  let directory: Directory
  private let parent: Directory
  private let name: LocalPath
  private let location: String

  init(in path: String, random: any RandomSource) throws(FileError) {
    let text = "snapshot-\(UniqueName(random: AnyRandomSource(random)).hex)"
    let parent = try Directory(path: path)
    let name = try LocalPath(checking: text)
    try parent.makeDirectory(name, mode: FileMode(0o700))
    self.name = name
    location = "\(path)/\(text)"
    directory = try parent.openDirectory(name)
    self.parent = parent
  }

  deinit {
    // Safe: a folder that cannot be removed is left to whoever cleans the directory of temporary files.
    try? parent.removeTree(name)
  }

  func path(of file: String) -> [UInt8] { Array("\(location)/\(file)".utf8) }

  func removeContents() throws(FileError) { try directory.removeContents() }

  func remove() throws(FileError) { try parent.removeTree(name) }

  /// Writes a copy of `input`.
  func write(_ input: FileInput, _ name: String) throws(StoreError) {
    let file: OpenFile
    do throws(FileError) {
      file = try directory.open(try LocalPath(checking: name), for: .newFile(.private))
    } catch {
      throw .file(error)
    }
    var offset: UInt64 = 0
    while offset < input.byteCount {
      let piece = try input.read(at: offset, count: Int(min(1 << 20, input.byteCount - offset)))
      do throws(FileError) {
        try file.write(piece, at: offset)
      } catch {
        throw .file(error)
      }
      offset += UInt64(piece.count)
    }
  }
}

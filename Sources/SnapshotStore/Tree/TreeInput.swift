internal import FileIO
package import Primitives
internal import SnapshotFormat

/// A local directory as input of a snapshot.
package struct TreeInput: Sendable {
  package let path: String
  package let filter: PathFilter

  package init(path: String, filter: PathFilter = .all) {
    self.path = path
    self.filter = filter
  }

  /// What the walk meets, in order of path: what the filter takes, with files opened.
  package enum Entry {
    case directory(mode: UInt16)
    case link(target: [UInt8])
    case file(mode: UInt16, FileInput)
  }

  /// Walks the tree in ascending byte order of path.
  ///
  /// - Throws: `.invalid` for what a snapshot cannot hold (a socket, a FIFO, a device), naming it.
  package func forEach(_ body: (RelativePath, Entry) throws(StoreError) -> Void) throws(StoreError) {
    let root = try opened()
    let walk = try catching { () throws(FileError) in TreeWalkBox(try TreeWalk(try root.directory.reopened())) }
    while let entry = try catching({ () throws(FileError) in try walk.next() }) {
      if filter.excludes(entry.path) {
        if case .directory = entry.content { walk.skipBelow(entry) }
        continue
      }
      try visit(entry, in: root, body)
    }
  }

  private func visit(
    _ entry: TreeEntry, in root: DirectoryBox, _ body: (RelativePath, Entry) throws(StoreError) -> Void
  ) throws(StoreError) {
    switch entry.content {
    case .directory: try body(entry.path, .directory(mode: entry.status.mode.bits))
    case .symbolicLink(let target) where filter.includes(entry.path): try body(entry.path, .link(target: target))
    case .file where filter.includes(entry.path):
      let file = try FileInput(root.open(entry.path))
      try body(entry.path, .file(mode: entry.status.mode.bits, file))
    case .unsupported(let kind) where filter.includes(entry.path):
      throw .invalid("\(path)/\(entry.path) is a \(kind), which no snapshot can hold. Remove it, or exclude it")
    default: break
    }
  }

  private func opened() throws(StoreError) -> DirectoryBox {
    do throws(FileError) {
      return DirectoryBox(try Directory(path: path))
    } catch {
      throw .file(error)
    }
  }

  private func catching<Value>(_ body: () throws(FileError) -> Value) throws(StoreError) -> Value {
    do throws(FileError) {
      return try body()
    } catch {
      throw .file(error)
    }
  }
}

/// A directory that closures can share.
private final class DirectoryBox {
  let directory: Directory

  init(_ directory: consuming Directory) {
    self.directory = directory
  }

  func open(_ path: RelativePath) throws(StoreError) -> OpenFile {
    do throws(FileError) {
      return try directory.open(path, for: .read)
    } catch {
      throw .file(error)
    }
  }
}

/// A walk that closures can share.
private final class TreeWalkBox {
  private var walk: TreeWalk

  init(_ walk: consuming TreeWalk) {
    self.walk = walk
  }

  func next() throws(FileError) -> TreeEntry? { try walk.next() }
  func skipBelow(_ entry: TreeEntry) { walk.skipBelow(entry) }
}

extension SnapshotWriter {
  /// Adds all of a local tree.
  package func add(_ tree: TreeInput) throws(StoreError) {
    try tree.forEach { path, entry throws(StoreError) in
      switch entry {
      case .directory(let mode): try addDirectory(path, mode: mode)
      case .link(let target): try addLink(path, mode: 0o777, target: target)
      case .file(let mode, let input): try addFile(path, mode: mode, input)
      }
    }
  }
}

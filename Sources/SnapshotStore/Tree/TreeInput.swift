internal import FileIO
package import Primitives
package import SnapshotFormat

/// A local directory as input of a snapshot.
package struct TreeInput: Sendable {
  package let path: String
  package var filter: PathFilter
  package var retry = ReadRetry()
  package var live: any LiveFiles = NoLiveFiles()

  package init(path: String, filter: PathFilter = .all) {
    self.path = path
    self.filter = filter
  }

  /// What the walk meets, in order of path: what the filter takes, with files opened.
  package enum Entry {
    case directory(mode: UInt16, owner: Owner)
    case link(target: [UInt8], owner: Owner)
    case file(mode: UInt16, owner: Owner, FileInput)

    package var owner: Owner {
      switch self {
      case .directory(_, let owner), .link(_, let owner), .file(_, let owner, _): owner
      }
    }
  }

  /// Walks the tree in ascending byte order of path.
  ///
  /// - A file for which `body` throws `.changed` is opened anew after a short wait, and `body` called again; it must
  ///   not have kept anything of it.
  /// - What vanishes meanwhile is left out; so are sockets, FIFOs and devices, which are never opened.
  /// - Throws: `.changed` for a file that changed at each attempt; what `body` throws.
  @discardableResult
  package func forEach(
    _ body: (RelativePath, Entry) throws(StoreError) -> Void
  ) throws(StoreError) -> TreeOmissions {
    let reading = try TreeReading(self)
    try reading.run(body)
    return reading.omissions
  }
}

extension SnapshotWriter {
  /// Adds all of a local tree.
  @discardableResult
  package func add(_ tree: TreeInput) throws(StoreError) -> TreeOmissions {
    try tree.forEach { path, entry throws(StoreError) in
      switch entry {
      case .directory(let mode, let owner): try addDirectory(path, mode: mode, owner: owner)
      case .link(let target, let owner): try addLink(path, mode: 0o777, target: target, owner: owner)
      case .file(let mode, let owner, let input): try addFile(path, mode: mode, owner: owner, input)
      }
    }
  }
}

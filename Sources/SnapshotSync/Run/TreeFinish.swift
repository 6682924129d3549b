internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// Makes a tree exactly what is wanted of a version, once its files are there.
struct TreeFinish {
  let wanted: VersionContent
  let control: SyncControl
  /// Whether entries are given to the owners the version records.
  var setsOwners = false

  private func owners() throws(SyncError) -> OwnerStream? {
    guard setsOwners else { return nil }
    return try storing { () throws(StoreError) in try OwnerStream(wanted.manifest) }
  }

  /// Removes what is not wanted, but for what is kept.
  func sweep(_ tree: LocalTree, keeping kept: KeptEntries? = nil) throws(SyncError) {
    var kept = kept
    var walk = try filing { () throws(FileError) in try TreeWalk(tree.directory.reopened()) }
    var entries = try EntryStream(wanted)
    while let found = try filing({ () throws(FileError) in try walk.next() }) {
      while let entry = try entries.peek(), entry.path < found.path { entries.pop() }
      if try entries.peek()?.path == found.path { continue }
      try control.check()
      if found.content == .directory, kept?.isAbove(found.path) == true { continue }
      walk.skipBelow(found)
      if try kept?.keeps(found, in: tree) == true { continue }
      try filing { () throws(FileError) in try tree.directory.removeTree(found.path) }
    }
  }

  /// Moves the files of `staging` to their places in `tree`, one after the other, and makes everything else as it has
  /// to be.
  func replace(_ tree: LocalTree, from staging: LocalTree, keeping kept: KeptEntries?) throws(SyncError) {
    var entries = try EntryStream(wanted)
    var owners = try owners()
    while let entry = try entries.peek() {
      try control.check()
      let owner = try storing { () throws(StoreError) in try owners?.take(at: entries.place) }
      entries.pop()
      try filing { () throws(FileError) in try place(entry, owner, in: tree, from: staging) }
    }
    tree.forget()
    try sweep(tree, keeping: kept)
  }

  private func place(
    _ entry: FileEntry, _ owner: Owner?, in tree: LocalTree, from staging: LocalTree
  ) throws(FileError) {
    let there = try tree.directory.statusIfPresent(of: entry.path)
    switch entry.content {
    case .directory:
      if there?.kind == .directory {
        if let mode = there?.mode.bits, mode & 0o700 != 0o700 {
          try tree.directory.changeMode(of: entry.path, to: FileMode(0o700))
        }
        return
      }
      if there != nil { try tree.directory.removeTree(entry.path) }
      try tree.directory.makeDirectory(entry.path, mode: FileMode(0o700))
    case .link(let target):
      if there?.kind == .symbolicLink, try tree.directory.readLink(entry.path) == target { return }
      if there?.kind == .directory { try tree.directory.removeTree(entry.path) }
      let made: LocalPath = .local(".snapctl/link")
      try staging.directory.unlinkIfPresent(made)
      try staging.directory.makeSymbolicLink(made, target: target)
      try staging.directory.rename(made, to: entry.path, in: tree.directory, .replace)
    case .file:
      if try staging.directory.statusIfPresent(of: entry.path)?.kind == .file {
        if there?.kind == .directory { try tree.directory.removeTree(entry.path) }
        try staging.directory.rename(entry.path, to: entry.path, in: tree.directory, .replace)
      } else if let there, there.kind == .file {
        let isGiven = try owner.map { owner throws(FileError) in
          try tree.directory.settleOwner(of: entry.path, owner)
        }
        if isGiven == true || there.mode.bits != entry.mode {
          try tree.directory.settleMode(ofFile: entry.path, from: there.mode, to: FileMode(entry.mode))
        }
      }
    }
  }

  /// Gives directories their modes, and links and directories their owners, and makes all names durable, the innermost
  /// last to lose rights that are needed on the way.
  func settle(_ tree: LocalTree) throws(SyncError) {
    var narrow: [(path: RelativePath, mode: FileMode)] = []
    var entries = try EntryStream(wanted)
    var owners = try owners()
    while let entry = try entries.peek() {
      let owner = try storing { () throws(StoreError) in try owners?.take(at: entries.place) }
      entries.pop()
      // A file has its owner since it was written, or kept.
      if case .file = entry.content { continue }
      if let owner {
        try filing { () throws(FileError) in _ = try tree.directory.settleOwner(of: entry.path, owner) }
      }
      guard entry.content == .directory else { continue }
      let mode = FileMode(entry.mode)
      if mode.bits & 0o500 != 0o500 { narrow.append((entry.path, mode)) }
      try filing { () throws(FileError) in
        if mode.bits & 0o500 == 0o500 {
          try tree.directory.settleMode(ofDirectory: entry.path, to: mode)
        }
      }
    }
    for (path, mode) in narrow.reversed() {
      try filing { () throws(FileError) in try tree.directory.settleMode(ofDirectory: path, to: mode) }
    }
    try filing { () throws(FileError) in try tree.directory.sync() }
  }
}

internal import FileIO
internal import Primitives
internal import SnapshotStore

/// Copies a tree, every file a new one, durable; blocks are shared where the file system can.
struct TreeCopier {
  private let source: LocalTree
  private let target: LocalTree
  private let control: SyncControl
  /// Nil until it was tried.
  private var canShare: Bool?
  private var narrow: [(path: RelativePath, mode: FileMode)] = []
  private(set) var totalByteCount: UInt64 = 0
  private(set) var sharedByteCount: UInt64 = 0
  private(set) var copiedByteCount: UInt64 = 0
  private(set) var fileCount: UInt64 = 0
  /// Sockets, FIFOs and devices, which stay where they are.
  private(set) var omissions = TreeOmissions()

  init(from source: LocalTree, to target: LocalTree, control: SyncControl) {
    self.source = source
    self.target = target
    self.control = control
  }

  mutating func run() throws(SyncError) {
    try count()
    let own = try filing { () throws(FileError) in try target.directory.status() }
    var walk = try filing { () throws(FileError) in try TreeWalk(source.directory.reopened()) }
    while let entry = try filing({ () throws(FileError) in try walk.next() }) {
      try control.check()
      guard !entry.status.isSameFile(as: own) else {
        throw .store(.invalid("the fork would lie in the copy it is made of"))
      }
      try copy(entry)
    }
    // The innermost first to lose rights that are needed on the way.
    for (path, mode) in narrow.reversed() {
      try filing { () throws(FileError) in try target.directory.settleMode(ofDirectory: path, to: mode) }
    }
  }

  private mutating func count() throws(SyncError) {
    var total: UInt64 = 0
    try forEachFile { total += $0.status.byteCount }
    totalByteCount = total
  }

  private func forEachFile(_ body: (TreeEntry) throws(FileError) -> Void) throws(SyncError) {
    try filing { () throws(FileError) in
      var walk = try TreeWalk(source.directory.reopened())
      while let entry = try walk.next() {
        if entry.content == .file { try body(entry) }
      }
    }
  }

  /// The room that copies take: what is a hole stays one.
  private func allocatedByteCount() throws(SyncError) -> UInt64 {
    var total: UInt64 = 0
    try forEachFile { entry throws(FileError) in
      total += min(entry.status.byteCount, try source.directory.allocatedByteCount(of: entry.path))
    }
    return total
  }

  private mutating func copy(_ entry: TreeEntry) throws(SyncError) {
    switch entry.content {
    case .directory:
      try filing { () throws(FileError) in
        try target.directory.makeDirectory(entry.path, mode: FileMode(0o700))
        if entry.status.mode.bits & 0o700 == 0o700 {
          try target.directory.changeMode(of: entry.path, to: entry.status.mode)
        } else {
          narrow.append((entry.path, entry.status.mode))
        }
      }
    case .symbolicLink(let link):
      try filing { () throws(FileError) in try target.directory.makeSymbolicLink(entry.path, target: link) }
    case .file: try copyFile(entry)
    case .unsupported(let kind): omissions.skip(entry.path, kind)
    }
  }

  private mutating func copyFile(_ entry: TreeEntry) throws(SyncError) {
    let (source, target) = (source, target)
    let from = try filing { () throws(FileError) in try source.directory.open(entry.path, for: .read) }
    let to = try filing { () throws(FileError) in try target.directory.open(entry.path, for: .newFile(.private)) }
    let before = try filing { () throws(FileError) in try from.status() }
    if try share(from, to, before.byteCount) {
      sharedByteCount += before.byteCount
    } else {
      try copyBytes(from, to, before.byteCount)
    }
    try filing { () throws(FileError) in
      try to.changeMode(to: before.mode)
      try to.sync()
    }
    let after = try filing { () throws(FileError) in try from.status() }
    guard after == before else {
      throw .store(.invalid("\(entry.path) changed while it was copied. Close what writes to it, and repeat"))
    }
    fileCount += 1
  }

  /// - Throws: `.noSpace`, before the first byte, where nothing can be shared.
  private mutating func share(
    _ from: borrowing OpenFile, _ to: borrowing OpenFile, _ byteCount: UInt64
  ) throws(SyncError) -> Bool {
    guard byteCount > 0, canShare != false else { return false }
    let isShared: Bool
    let free: UInt64
    do throws(FileError) {
      isShared = try to.clone(from: from)
      free = isShared ? 0 : try target.directory.fileSystem().freeByteCount
    } catch {
      throw .file(error)
    }
    if canShare == nil, !isShared, totalByteCount > free {
      let needed = try allocatedByteCount()
      guard needed <= free else { throw .noSpace(missing: needed - free, directory: target.directory.path) }
    }
    canShare = isShared
    return isShared
  }

  private mutating func copyBytes(
    _ from: borrowing OpenFile, _ to: borrowing OpenFile, _ byteCount: UInt64
  ) throws(SyncError) {
    // Zeros are left out, and become a hole.
    do throws(FileError) { try to.truncate(to: byteCount) } catch { throw .file(error) }
    var offset: UInt64 = 0
    var progress = SyncProgress(phase: .write)
    progress.bytesTotal = totalByteCount
    while offset < byteCount {
      try control.check()
      do throws(FileError) {
        let bytes = try from.read(upTo: 1 << 20, at: offset)
        guard !bytes.isEmpty else { return }
        try write(bytes, at: offset, to: to)
        offset += UInt64(bytes.count)
        copiedByteCount += UInt64(bytes.count)
      } catch {
        throw .file(error)
      }
      progress.bytesDone = sharedByteCount + copiedByteCount
      control.progress(progress)
    }
  }

  private static let holeByteCount = 64 << 10

  private func write(_ bytes: [UInt8], at offset: UInt64, to file: borrowing OpenFile) throws(FileError) {
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + TreeCopier.holeByteCount)
      if bytes[start..<end].contains(where: { $0 != 0 }) {
        try file.write(bytes.rawSpan.extracting(start..<end), at: offset + UInt64(start))
      }
      start = end
    }
  }
}

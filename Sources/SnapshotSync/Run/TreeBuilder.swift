internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// Executes windows: makes, beside the copy, what of the wanted version is not there yet.
///
/// - Every chunk is verified before it is written. Files are synced before they count as done.
/// - `isWholeTree`: the new tree has everything, unchanged files linked over. Else only files that are written anew.
/// - Paths are resolved beneath the staging directory, through no link: a manifest cannot lead out of it.
final class TreeBuilder {
  let staging: LocalTree
  let tree: LocalTree
  let wanted: ManifestReader
  let local: LocalChunks
  let limits: StoreLimits
  let isWholeTree: Bool
  /// Whether an earlier run left files in `staging`: of this version, of another one, or half written.
  let isResumed: Bool
  /// Whether an unchanged file may be the same file in both trees.
  let mayLink: (FileEntry, FileStatus) -> Bool
  private let control: SyncControl
  private var progress = SyncProgress(phase: .write)
  private var writer: FileWriter?
  private var write: FileWrite?
  private(set) var writtenByteCount: UInt64 = 0

  init(
    staging: LocalTree, tree: LocalTree, wanted: ManifestReader, local: LocalChunks, limits: StoreLimits,
    isWholeTree: Bool, isResumed: Bool, plan: SyncPlan, control: SyncControl,
    mayLink: @escaping (FileEntry, FileStatus) -> Bool = { _, _ in true }
  ) {
    self.staging = staging
    self.tree = tree
    self.wanted = wanted
    self.local = local
    self.limits = limits
    self.isWholeTree = isWholeTree
    self.isResumed = isResumed
    self.mayLink = mayLink
    self.control = control
    progress.bytesTotal = plan.bytesToWrite
    progress.itemsTotal = plan.files
  }

  /// - Parameter fetched: the frames that the window names.
  func run(_ window: SyncWindow, _ fetched: [FetchedRun]) throws(SyncError) {
    try control.check()
    local.use(window.places)
    let frames = wanted.chunks.frames
    _ = Parallel.map(fetched, jobs: limits.jobs) { frames.keep($0) }
    let chunks = try read(window)
    var next = 0
    for step in window.steps {
      if case .part(let part) = step {
        let chunk = chunks[next]
        next += 1
        // Nil: the chunk was found where it belongs, or not looked for any more.
        if let chunk { try take(part, chunk, window) } else if part.origin != .there { throw .cancelled }
      } else {
        try take(step)
      }
    }
    control.progress(progress)
  }

  /// The chunks of the window, in order, each verified; nil for one that stands where it belongs. What an earlier run
  /// left is looked at again: its files may have been put away since the plan was made.
  private func read(_ window: SyncWindow) throws(SyncError) -> [RebuiltChunk?] {
    let parts = window.steps.compactMap { step -> FilePart? in if case .part(let part) = step { part } else { nil } }
    let work = zip(parts, targets(window)).enumerated().map { PartWork(index: $0, part: $1.0, write: $1.1) }
    let batches = work.batches(of: Digest.batchCount)
    let (wanted, staging, control) = (wanted, staging, control)
    let read = try storing { () throws(StoreError) in
      try Parallel.map(batches, jobs: limits.jobs) { batch throws(StoreError) -> [(Int, RebuiltChunk)] in
        let missing = batch.filter { !control.isCancelled() && !$0.isThere(in: staging) }
        let chunks = try wanted.chunks.rebuiltChunks(missing.map(\.part.reference), support: wanted.support)
        return Array(zip(missing.map(\.index), chunks))
      }
    }
    var chunks = [RebuiltChunk?](repeating: nil, count: parts.count)
    for (index, chunk) in read.joined() { chunks[index] = chunk }
    return chunks
  }

  private struct PartWork: Sendable {
    let index: Int
    let part: FilePart
    let write: FileWrite?

    /// An earlier run left it.
    func isThere(in staging: LocalTree) -> Bool {
      guard part.origin == .there, let write else { return false }
      let reference = part.reference
      return staging.holds(reference.id, byteCount: reference.byteCount, at: part.offset, of: write.entry.path)
    }
  }

  /// The file of each part of the window.
  private func targets(_ window: SyncWindow) -> [FileWrite?] {
    var current = write
    var targets: [FileWrite?] = []
    for step in window.steps {
      switch step {
      case .begin(let begun): current = begun
      case .part: targets.append(current)
      default: break
      }
    }
    return targets
  }

  private func take(_ part: FilePart, _ chunk: RebuiltChunk, _ window: SyncWindow) throws(SyncError) {
    try control.check()
    let changes = changes(of: chunk, at: part, window)
    try filing { () throws(FileError) in try writer?.write(chunk.bytes, at: part.offset, changes: changes) }
    progress.bytesDone += UInt64(chunk.bytes.count)
  }

  /// Where the chunk differs from what stands in its place: known where it was made of that.
  private func changes(of chunk: RebuiltChunk, at part: FilePart, _ window: SyncWindow) -> [Range<Int>]? {
    guard let write, write.isPatch, let changes = chunk.changes, let place = window.places[changes.base],
      place.path == write.entry.path, place.offset == part.offset
    else { return nil }
    return changes.ranges
  }

  private func take(_ step: SyncStep) throws(SyncError) {
    switch step {
    case .directory(let path): if isWholeTree { try filing { () throws(FileError) in try makeDirectory(path) } }
    case .link(let path, let target):
      if isWholeTree { try filing { () throws(FileError) in try makeLink(path, target) } }
    case .keep(let entry, let owner): if isWholeTree { try keep(entry, owner) } else { try forgetStaged(entry.path) }
    case .begin(let write): try begin(write)
    case .part: break
    case .end: try end()
    }
  }
}

// MARK: - Files

extension TreeBuilder {
  private func begin(_ write: FileWrite) throws(SyncError) {
    self.write = write
    let path = write.entry.path
    if write.isPatch {
      try forgetStaged(path)
      writer = try openForPatch(path, byteCount: write.entry.byteCount)
      return
    }
    writer = try filing { () throws(FileError) in
      let file = try openStaged(path)
      let writer = FileWriter(file, byteCount: write.entry.byteCount, isPatch: false)
      try writer.allocate()
      return writer
    }
  }

  /// What an earlier run left for a file that stays where it is would take its place in the end.
  private func forgetStaged(_ path: RelativePath) throws(SyncError) {
    guard isResumed else { return }
    try filing { () throws(FileError) in
      if try staging.directory.statusIfPresent(of: path) != nil { try staging.directory.removeTree(path) }
    }
  }

  private func openForPatch(_ path: RelativePath, byteCount: UInt64) throws(SyncError) -> FileWriter {
    let status = try filing { () throws(FileError) in try tree.directory.status(of: path) }
    guard status.linkCount == 1 else { throw .linked(count: 1, first: [path]) }
    return try filing { () throws(FileError) in
      if status.mode.bits & 0o600 != 0o600 {
        try tree.directory.changeMode(of: path, to: FileMode(status.mode.bits | 0o600))
      }
      return FileWriter(try tree.directory.open(path, for: .readWrite), byteCount: byteCount, isPatch: true)
    }
  }

  /// A new file, or the unfinished one of an earlier run when nobody else has it.
  private func openStaged(_ path: RelativePath) throws(FileError) -> OpenFile {
    if !isWholeTree { try makeParents(of: path) }
    guard let status = try staging.directory.statusIfPresent(of: path) else {
      return try staging.directory.open(path, for: .newFile(.private))
    }
    if status.kind == .file, status.linkCount == 1 {
      try staging.directory.changeMode(of: path, to: .private)
      return try staging.directory.open(path, for: .readWrite)
    }
    try staging.directory.removeTree(path)
    return try staging.directory.open(path, for: .newFile(.private))
  }

  private func end() throws(SyncError) {
    guard let write, let writer else { return }
    try filing { () throws(FileError) in try writer.finish(mode: FileMode(write.entry.mode), owner: write.owner) }
    writtenByteCount += writer.writtenByteCount
    progress.itemsDone += 1
    self.writer = nil
    self.write = nil
    if write.isPatch { tree.forget() }
  }

  /// Has the unchanged file in the new tree, too: the same file where that is right, else a copy of it.
  private func keep(_ entry: FileEntry, _ owner: Owner?) throws(SyncError) {
    let isDone = try filing { () throws(FileError) in
      let status = try tree.directory.status(of: entry.path)
      guard mayLink(entry, status) else { return try clone(entry, owner) }
      return try link(entry.path, status)
    }
    if !isDone { try copy(entry, owner) }
  }

  /// - Returns: false where the file system or its rules do not allow it.
  private func link(_ path: RelativePath, _ status: FileStatus) throws(FileError) -> Bool {
    if let found = try staging.directory.statusIfPresent(of: path) {
      if found.isSameFile(as: status) { return true }
      try staging.directory.removeTree(path)
    }
    do throws(FileError) {
      try tree.directory.link(path, to: path, in: staging.directory)
      return true
    } catch {
      switch error.meaning {
      case .denied, .unsupported, .tooLarge: return false
      default: throw error
      }
    }
  }

  private func clone(_ entry: FileEntry, _ owner: Owner?) throws(FileError) -> Bool {
    let source = try tree.directory.open(entry.path, for: .read)
    // A clone does not shorten what it is made in.
    if try staging.directory.statusIfPresent(of: entry.path) != nil { try staging.directory.removeTree(entry.path) }
    let target = try openStaged(entry.path)
    guard try target.clone(from: source) else { return false }
    try target.settle(mode: FileMode(entry.mode), owner: owner)
    try target.sync()
    return true
  }

  /// Copies an unchanged file, verified; what does not verify any more is read from the store.
  private func copy(_ entry: FileEntry, _ owner: Owner?) throws(SyncError) {
    guard case .file(let file) = entry.content else { return }
    var chunks = try ChunkStream(file, in: wanted)
    try begin(FileWrite(entry: entry, isPatch: false, owner: owner))
    while let (offset, reference) = try chunks.next() {
      try control.check()
      local.use([reference.id: LocalPlace(path: entry.path, offset: offset, byteCount: reference.byteCount)])
      let bytes = try storing { () throws(StoreError) in
        try wanted.chunks.chunk(reference, support: wanted.support)
      }
      try filing { () throws(FileError) in try writer?.write(bytes, at: offset) }
    }
    try end()
  }
}

// MARK: - Directories and links

extension TreeBuilder {
  private func makeDirectory(_ path: RelativePath) throws(FileError) {
    if let found = try staging.directory.statusIfPresent(of: path) {
      if found.kind == .directory {
        return try staging.directory.changeMode(of: path, to: FileMode(0o700))
      }
      try staging.directory.removeTree(path)
    }
    try staging.directory.makeDirectory(path, mode: FileMode(0o700))
  }

  private func makeParents(of path: RelativePath) throws(FileError) {
    guard let parent = path.parent else { return }
    if let found = try staging.directory.statusIfPresent(of: parent) {
      if found.kind == .directory { return }
      try staging.directory.removeTree(parent)
    }
    try makeParents(of: parent)
    try staging.directory.makeDirectory(parent, mode: FileMode(0o700))
  }

  private func makeLink(_ path: RelativePath, _ target: [UInt8]) throws(FileError) {
    if let found = try staging.directory.statusIfPresent(of: path) {
      if found.kind == .symbolicLink, try staging.directory.readLink(path) == target { return }
      try staging.directory.removeTree(path)
    }
    try staging.directory.makeSymbolicLink(path, target: target)
  }
}

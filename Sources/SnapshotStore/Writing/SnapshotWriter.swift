package import ObjectTier
package import Primitives
package import SnapshotFormat

/// Writes a tree as chunks, packs and pages, and at last a manifest root. Publishes nothing: that is the commit's.
///
/// - Entries come in ascending order of path.
/// - Whatever the base has is referred to; what differs little from it is stored as a patch; the rest in full.
/// - Memory is bounded by `StoreLimits`, whatever the size of the tree.
package final class SnapshotWriter {
  /// What a writer works with, besides the tree.
  package struct Context {
    package let tier: any ObjectTier
    package var limits: StoreLimits
    package let intent: IntentIdentifier
    package let random: any RandomSource
    package let created: Timestamp
    /// Where the files of the base may lie.
    package var baseFiles: (any BaseFiles)?
    /// Of every file, for measurements alone: what is promised of a content hash holds only without.
    package var forcedProfile: ChunkProfile?

    package init(
      tier: any ObjectTier, limits: StoreLimits, intent: IntentIdentifier, random: any RandomSource,
      created: Timestamp
    ) {
      self.tier = tier
      self.limits = limits
      self.intent = intent
      self.random = random
      self.created = created
    }
  }

  let context: Context
  let base: ManifestReader?
  let baseChunks: BaseReader?
  let support: SupportBuilder
  let packs: PackWriter
  let pages: PageWriter
  let files: FilePageWriter
  let chunkList: ChunkListWriter
  /// Nil where owners are not recorded.
  let owners: OwnerPageWriter?
  /// All other chunks.
  let plainChunks: FrameGroup
  /// Text and tables of content-defined chunks, which compress better the more of them is seen at once.
  let textChunks: FrameGroup
  let sampler = ZstdCompressor()
  let patches: FrameGroup
  var window = WriteWindow()
  var fileInMaking = FileInMaking()
  /// Windows that were processed.
  var windowCount = 0
  var index: ChunkIndex?
  /// Chunks that were met in this run, and where they will stand.
  var met: [Digest: PendingReference] = [:]
  var contentHash = ContentHashBuilder()
  var totals = ManifestRoot.Totals()
  package var statistics = WriteStatistics()
  private var tree: BaseTreeCursor
  private var lastPath: RelativePath?
  private let explain: ((FileOutcome) -> Void)?

  static let metMax = 32_768

  /// - Parameters:
  ///   - recordsOwners: whether the owners of what is added are recorded.
  ///   - explain: is told of every file when it is done.
  package init(
    _ context: Context, base: ManifestReader?, recordsOwners: Bool = false, explain: ((FileOutcome) -> Void)? = nil
  ) throws(StoreError) {
    self.context = context
    self.base = base
    baseChunks = base.map { BaseReader($0, files: context.baseFiles) }
    self.explain = explain
    support = try SupportBuilder(base: base?.support ?? .empty)
    packs = PackWriter(
      tier: context.tier, intent: context.intent, random: context.random, created: context.created,
      limits: context.limits)
    pages = PageWriter(packs: packs, base: base, support: support)
    files = FilePageWriter(pages: pages)
    chunkList = ChunkListWriter(pages: pages, files: files, support: support)
    owners = recordsOwners ? try OwnerPageWriter(pages: pages, base: base) : nil
    plainChunks = FrameGroup(kind: .chunks, rawByteCountMax: context.limits.chunkFrameByteCount, packs: packs)
    textChunks = FrameGroup(kind: .chunks, rawByteCountMax: Limits.frameRawByteCount, packs: packs)
    patches = FrameGroup(kind: .patches, rawByteCountMax: Limits.frameRawByteCount, packs: packs)
    tree = try BaseTreeCursor(base)
  }

  package func addDirectory(_ path: RelativePath, mode: UInt16, owner: Owner = .root) throws(StoreError) {
    try addEntry(path, mode: mode, content: .directory)
    try owners?.add(owner)
    totals.directories += 1
  }

  package func addLink(
    _ path: RelativePath, mode: UInt16, target: [UInt8], owner: Owner = .root
  ) throws(StoreError) {
    try addEntry(path, mode: mode, content: .link(target: target))
    try owners?.add(owner)
    totals.links += 1
  }

  private func addEntry(_ path: RelativePath, mode: UInt16, content: FileEntry.Content) throws(StoreError) {
    _ = try advance(to: path)
    window.append(
      .entry(ChunkListWriter.FileEnd(path: path, mode: mode, content: content, basePage: tree.page)))
  }

  /// Takes a file of the base as it is, without reading its bytes.
  package func keep(_ entry: FileEntry, owner: Owner = .root) throws(StoreError) {
    _ = try advance(to: entry.path)
    try owners?.add(owner)
    guard case .file(let file) = entry.content, let base else { throw .invalid("\(entry.path) is no file of the base") }
    for page in try base.chunksPages(of: file) {
      try support.use(page)
      for reference in try base.references(page) { try support.use(reference) }
    }
    if case .inline(let references) = file.chunks { for reference in references { try support.use(reference) } }
    totals.files += 1
    totals.bytes += file.byteCount
    totals.chunks += UInt64(file.chunkCount)
    var outcome = FileOutcome(path: entry.path)
    outcome.byteCount = file.byteCount
    outcome.counts.chunksSame = file.chunkCount
    outcome.counts.sameByteCount = file.byteCount
    window.append(
      .kept(
        ChunkListWriter.FileEnd(
          path: entry.path, mode: entry.mode, content: entry.content, basePage: tree.page, keptChunks: file.chunks),
        outcome))
  }

  /// Reads a file and stores what the base does not have of it.
  ///
  /// - Throws: `.changed` when it changes while it is read: a snapshot is of one moment or of none. Nothing of the file
  ///   was taken then, so that it may be added again, or left out. What its chunks left in packs, nobody refers to.
  package func addFile(
    _ path: RelativePath, mode: UInt16, owner: Owner = .root, _ input: any SnapshotInput
  ) throws(StoreError) {
    let (before, windows) = (lastPath, windowCount)
    do throws(StoreError) {
      try read(path, mode: mode, input)
    } catch {
      if case .changed = error { takeBack(since: windows) }
      lastPath = before
      throw error
    }
    try owners?.add(owner)
    if window.isFull(context.limits) { try processWindow() }
  }

  private func read(_ path: RelativePath, mode: UInt16, _ input: any SnapshotInput) throws(StoreError) {
    var cursor = BaseFileCursor()
    var shift = ShiftLookup()
    var cutter = try FileCutter(input, profile: context.forcedProfile)
    if case .file(let before)? = try advance(to: path)?.content, let base, let baseChunks {
      cursor = try BaseFileCursor(before, in: base)
      // What lies on a grid and is as long as before was written over, not moved.
      let hasMoved = cutter.profile == .contentDefined || before.byteCount != input.byteCount
      if hasMoved { shift = ShiftLookup(before, at: path, in: baseChunks) }
    }
    while let (offset, bytes) = try cutter.next() {
      let bases = try cursor.chunks(covering: offset..<(offset + UInt64(bytes.count)))
      window.append(
        .chunk(
          ChunkTask(path: path, offset: offset, bytes: bytes, profile: cutter.profile, bases: bases, shift: shift)))
      if window.isFull(context.limits) { try processWindow() }
    }
    try input.checkUnchanged()
    window.append(
      .end(
        WriteWindow.End(
          path: path, mode: mode, byteCount: input.byteCount, profile: cutter.profile, basePage: tree.page,
          baseChunksPages: cursor.pages)))
    totals.files += 1
    totals.bytes += input.byteCount
  }

  /// Forgets the chunks of the file that is being read. Those of its windows that were processed are all that the
  /// digest and the chunk list hold of an unfinished file.
  private func takeBack(since windows: Int) {
    window.removeOpenChunks()
    guard windowCount > windows else { return }
    fileInMaking = FileInMaking()
    chunkList.removeOpenChunks()
  }

  /// The base's entry of a path that comes after all before it.
  private func advance(to path: RelativePath) throws(StoreError) -> FileEntry? {
    guard lastPath == nil || lastPath! < path else { throw .invalid("\(path) does not come in order") }
    lastPath = path
    return try tree.entry(at: path)
  }

  func report(_ outcome: FileOutcome) {
    statistics.add(outcome)
    explain?(outcome)
  }
}

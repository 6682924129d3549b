internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// Decides, window by window, what is to be done and where every byte comes from. Reads pages, and nothing else; with
/// owners the status of each path, too.
///
/// - Two planners of the same manifests and the same survey give the same windows: one counts, the other is executed.
/// - A chunk is taken, in this order, from where it stands already, from the same place of the copy, from elsewhere in
///   it, from the store; so are the bases of patches.
/// - In place, what was overwritten before is not taken any more.
struct SyncPlanner {
  let basis: VersionContent?
  let content: VersionContent
  let survey: Survey
  let style: SyncRequest.Style
  let limits: StoreLimits
  let index: MovedIndex
  private(set) var plan = SyncPlan()
  private var wanted: ManifestReader { content.manifest }
  /// Files that would be patched although others see them through further links.
  private(set) var linked: [RelativePath] = []

  private var entries: EntryStream
  private var before: EntryStream
  /// Nil where owners stay what they are.
  private var owners: OwnerComparison?
  private var ledger = FrameLedger()
  private var window = SyncWindow()
  var file: FileInPlan?
  /// Files that were patched, or are: what stands in them is gone but for what lies ahead.
  private var patched: Set<RelativePath> = []
  private let explain: ((FileExplanation) -> Void)?
  private var zeros = ZeroChunks()

  /// The file whose chunks are being placed.
  struct FileInPlan {
    let write: FileWrite
    let file: FileContent
    var chunks: ChunkStream
    var cursor: BaseFileCursor
    let isAsLeft: Bool
    var digest = FileDigestBuilder()
    var explanation: FileExplanation
    /// In place: from here on nothing was written before this window is.
    var frontier: UInt64 = 0
    var nextOffset: UInt64 = 0
  }

  init(
    basis: VersionContent?, wanted: VersionContent, survey: Survey, style: SyncRequest.Style, limits: StoreLimits,
    index: MovedIndex, owners: OwnerComparison? = nil, explain: ((FileExplanation) -> Void)? = nil
  ) throws(SyncError) {
    self.basis = basis
    content = wanted
    self.survey = survey
    self.style = style
    self.limits = limits
    self.index = index
    self.owners = owners
    self.explain = explain
    entries = try EntryStream(wanted)
    before = try EntryStream(basis)
    plan.localChanges = survey.changes
    plan.localChangeCount = survey.changeCount
  }

  /// The next window, or nil when everything is as wanted after those before.
  mutating func next() throws(SyncError) -> SyncWindow? {
    window = SyncWindow()
    if let offset = file?.nextOffset { file?.frontier = offset }
    while !window.isFull(limits) {
      if file != nil {
        try placeNextChunk()
      } else if let entry = try entries.peek() {
        let place = entries.place
        entries.pop()
        try begin(entry, at: place)
      } else {
        try countRemovals(upTo: nil)
        try owners?.finish()
        break
      }
    }
    guard !window.steps.isEmpty else { return nil }
    window.runs = FrameRun.coalesce(
      ledger.take(window.frames), gap: limits.coalescingGapByteCount, byteCountMax: limits.requestByteCount)
    plan.requests += UInt64(window.runs.count)
    plan.bytesToRead += window.runs.reduce(0) { $0 + UInt64($1.byteCount) }
    return window
  }

  /// The entry of the version before at the path; what it passes is not wanted any more.
  private mutating func countRemovals(upTo path: RelativePath?) throws(SyncError) {
    while let entry = try before.peek(), path.map({ entry.path < $0 }) ?? true {
      if survey.exceptions[entry.path].map({ $0.kind != nil }) ?? true { plan.steps += 1 }
      before.pop()
    }
    guard path == nil else { return }
    // What was added here: counted as changes, and what is wanted all the same has its own steps.
    plan.steps += UInt64(survey.changes.count { $0.kind == .added })
  }

  private mutating func entryBefore(_ path: RelativePath) throws(SyncError) -> FileEntry? {
    try countRemovals(upTo: path)
    guard let entry = try before.peek(), entry.path == path else { return nil }
    before.pop()
    return entry
  }
}

// MARK: - Entries

extension SyncPlanner {
  private mutating func begin(_ entry: FileEntry, at place: Int?) throws(SyncError) {
    let left = try entryBefore(entry.path)
    let local = survey.exceptions[entry.path]
    let wanted = try owners?.next(entry.path, at: place)
    let isOwned = wanted?.differs != true
    switch entry.content {
    case .directory:
      let isThere = isUntouched(local, left) { $0.content == .directory && $0.mode == entry.mode }
      let isAsWanted = isThere || local?.kind == .directory && local?.mode == entry.mode
      if !isAsWanted || !isOwned { plan.steps += 1 }
      window.steps.append(.directory(entry.path))
    case .link(let target):
      if !isUntouched(local, left, { $0.content == .link(target: target) }) || !isOwned { plan.steps += 1 }
      window.steps.append(.link(entry.path, target: target))
    case .file(let file): try begin(entry, file, wanted, left: left, local: local)
    }
  }

  private func isUntouched(
    _ local: LocalEntry?, _ left: FileEntry?, _ isWanted: (FileEntry) -> Bool
  ) -> Bool {
    guard local == nil, let left else { return false }
    return isWanted(left)
  }

  private mutating func begin(
    _ entry: FileEntry, _ file: FileContent, _ wanted: OwnerComparison.Wanted?, left: FileEntry?, local: LocalEntry?
  ) throws(SyncError) {
    let isAsLeft = left?.typeCode == entry.typeCode && (local.map { $0.content == .asLeft } ?? true)
    let hasContent =
      isAsLeft && left?.digest == entry.digest && left?.byteCount == entry.byteCount
      || local?.content == .asWanted
    let mode = local?.mode ?? left?.mode
    let isAsWanted = mode == entry.mode && wanted?.differs != true
    if hasContent, isAsWanted || style == .inPlace {
      if !isAsWanted { plan.steps += 1 }
      window.steps.append(.keep(entry, wanted?.owner))
      return
    }
    let isThere = local.map { $0.kind == .file } ?? (left?.typeCode == entry.typeCode)
    let leans = style == .inPlace ? try leansOnShiftedBytes(file) : false
    let isPatch = style == .inPlace && isThere && !leans
    if isPatch {
      patched.insert(entry.path)
      if survey.linked.contains(entry.path) { linked.append(entry.path) }
    }
    let write = FileWrite(entry: entry, isPatch: isPatch, owner: wanted?.owner)
    try begin(write, file, left: isAsLeft ? left : nil, wasChanged: local != nil)
    let size = isPatch ? local?.byteCount ?? left?.byteCount ?? 0 : 0
    plan.bytesToAllocate += entry.byteCount - min(entry.byteCount, size)
  }

  /// Whether chunks are patches on bytes that may stand earlier in the file, where patching it would overwrite them
  /// first: such a file is written anew.
  private func leansOnShiftedBytes(_ file: FileContent) throws(SyncError) -> Bool {
    guard file.profile == .contentDefined else { return false }
    var chunks = try ChunkStream(file, in: wanted)
    while let (_, reference) = try chunks.next() {
      if reference.form != .full { return true }
    }
    return false
  }

  private mutating func begin(
    _ write: FileWrite, _ content: FileContent, left: FileEntry?, wasChanged: Bool
  ) throws(SyncError) {
    var cursor = BaseFileCursor()
    if let basis, case .file(let before)? = left?.content {
      cursor = try storing { () throws(StoreError) in try BaseFileCursor(before, in: basis.manifest) }
    }
    var explanation = FileExplanation(path: write.entry.path)
    explanation.revertsLocalChange = wasChanged
    file = FileInPlan(
      write: write, file: content, chunks: try ChunkStream(content, in: wanted), cursor: cursor,
      isAsLeft: left != nil, explanation: explanation)
    window.steps.append(.begin(write))
    plan.files += 1
    plan.steps += 1
  }
}

// MARK: - Chunks

extension SyncPlanner {
  private mutating func placeNextChunk() throws(SyncError) {
    guard var current = file.take() else { return }
    guard let (offset, reference) = try current.chunks.next() else { return try end(current) }
    current.digest.add(reference.id, byteCount: reference.byteCount)
    current.nextOffset = offset + UInt64(reference.byteCount)
    let origin = try origin(of: reference, at: offset, in: &current)
    if origin != .there { plan.bytesToWrite += UInt64(reference.byteCount) }
    // They become a hole.
    if !current.write.isPatch, zeros.contain(reference.id, byteCount: reference.byteCount) {
      plan.bytesToAllocate -= min(plan.bytesToAllocate, UInt64(reference.byteCount))
    }
    current.explain(origin, reference, at: offset)
    // What stands where it belongs in a file that is patched asks for nothing.
    if origin != .there || !current.write.isPatch {
      window.append(FilePart(offset: offset, reference: reference, origin: origin))
    }
    file = current
  }

  /// Whether a file that is patched has the chunk where it belongs.
  private func stays(
    _ reference: Reference, at offset: UInt64, in file: inout FileInPlan
  ) throws(SyncError) -> Bool {
    guard file.isAsLeft, file.write.isPatch else { return false }
    return try storing { () throws(StoreError) in try file.cursor.holds(reference, at: offset) }
  }

  /// The chunks of the copy that overlap the place of this one.
  private func near(
    _ offset: UInt64, _ reference: Reference, _ current: inout FileInPlan
  ) throws(SyncError) -> [BaseFileCursor.Placed] {
    guard current.isAsLeft else { return [] }
    return try storing { () throws(StoreError) in
      try current.cursor.chunks(covering: offset..<(offset + UInt64(reference.byteCount)))
    }
  }

  private mutating func origin(
    of reference: Reference, at offset: UInt64, in file: inout FileInPlan
  ) throws(SyncError) -> FilePart.Origin {
    if try stays(reference, at: offset, in: &file) { return .there }
    let path = file.write.entry.path
    if !file.write.isPatch, survey.isStaged(path, at: offset) { return .there }
    let near = try near(offset, reference, &file)
    if let place = try place(of: reference, at: offset, near, in: file) {
      if file.write.isPatch, place.path == path, place.offset == offset { return .there }
      window.places[reference.id] = place
      return .local(place)
    }
    try close(reference, at: offset, near, in: file)
    plan.chunksToRead += 1
    return .fetched
  }

  /// Notes what has to be read for a chunk that is not here: its frame, and those of the bases that are not here
  /// either.
  private mutating func close(
    _ reference: Reference, at offset: UInt64, _ near: [BaseFileCursor.Placed], in file: FileInPlan
  ) throws(SyncError) {
    guard window.close(reference.id) else { return }
    window.needs(reference)
    let support = wanted.support
    for slot in reference.base?.slots ?? [] {
      let part = try storing { () throws(StoreError) in try support.reference(slot, below: reference) }
      if let place = try place(of: part, at: offset, near, in: file) {
        window.places[part.id] = place
      } else {
        try close(part, at: offset, near, in: file)
      }
    }
  }

  /// Where a chunk stands in the copy: at `offset` of this file before anywhere else.
  private func place(
    of reference: Reference, at offset: UInt64, _ near: [BaseFileCursor.Placed], in file: FileInPlan
  ) throws(SyncError) -> LocalPlace? {
    let isHere = near.first { $0.offset == offset && $0.reference.id == reference.id }
    if let chunk = isHere ?? near.last(where: { $0.reference.id == reference.id }) {
      let place = LocalPlace(
        path: file.write.entry.path, offset: chunk.offset, byteCount: chunk.reference.byteCount)
      if isReadable(place, in: file) { return place }
    }
    if let place = survey.verified[reference.id], isReadable(place, in: file) { return place }
    guard isWorthLooking(for: reference), let place = try index.place(of: reference.id) else { return nil }
    return isReadable(place, in: file) && place.byteCount == reference.byteCount ? place : nil
  }

  /// What the version itself brought new, on top of the very version the copy has, is nowhere in the copy.
  private func isWorthLooking(for reference: Reference) -> Bool {
    guard let basis else { return false }
    return wanted.root.parent?.name != basis.manifest.name || reference.place.pack.intent != wanted.root.intent
  }

  private func isReadable(_ place: LocalPlace, in file: FileInPlan) -> Bool {
    guard style == .inPlace else { return true }
    if file.write.entry.path == place.path { return !file.write.isPatch || place.offset >= file.frontier }
    return !patched.contains(place.path)
  }

  private mutating func end(_ done: FileInPlan) throws(SyncError) {
    file = nil
    guard done.digest.finish() == done.file.digest else {
      throw .store(
        .damage(
          Damage(
            tier: wanted.chunks.frames.location, object: ObjectKey.manifest(wanted.name).string, kind: .damaged,
            file: done.write.entry.path, reason: "the digest of the file is not that of its chunks")))
    }
    window.steps.append(.end(done.explanation))
    explain?(done.explanation)
  }
}

extension SyncPlanner.FileInPlan {
  fileprivate mutating func explain(_ origin: FilePart.Origin, _ reference: Reference, at offset: UInt64) {
    switch origin {
    case .there where write.isPatch: explanation.kept.add(reference.byteCount)
    case .there: explanation.resumed.add(reference.byteCount)
    case .local(let place) where place.path == write.entry.path && place.offset == offset:
      explanation.kept.add(reference.byteCount)
    case .local: explanation.moved.add(reference.byteCount)
    case .fetched where reference.form == .full: explanation.new.add(reference.byteCount)
    case .fetched: explanation.patched.add(reference.byteCount)
    }
  }
}

internal import Primitives
internal import SnapshotFormat

extension SnapshotWriter {
  /// Hashes and compares the chunks of the window on all workers, then takes them in order.
  func processWindow() throws(StoreError) {
    let tasks = window.tasks
    let jobs = context.limits.jobs
    let ids = Parallel.map(tasks, jobs: jobs) { task in Digest.of(task.bytes.rawSpan) }
    let decisions = try decide(tasks, ids)
    var next = 0
    for item in window.items {
      switch item {
      case .chunk(let task):
        try take(task, id: ids[next], decisions[next])
        next += 1
      case .end(let end): endFile(end)
      case .entry(let entry): endEntry(entry)
      case .kept(let entry, let outcome):
        endEntry(entry)
        report(outcome)
      }
    }
    window.removeAll()
    windowCount += 1
    try bound()
  }

  private func decide(_ tasks: [ChunkTask], _ ids: [Digest]) throws(StoreError) -> [ChunkDecision] {
    let same = zip(tasks, ids).map { $0.0.unchanged($0.1) }
    if index == nil, same.contains(where: { $0 == nil }) {
      index = try base?.chunkIndex(countMax: context.limits.chunkIndexCount) ?? ChunkIndex(countMax: 0)
    }
    guard let index else { return same.compactMap { $0.map(ChunkDecision.same) } }
    let base = self.base
    let work = zip(tasks, zip(ids, same)).map { DecisionWork(task: $0.0, id: $0.1.0, same: $0.1.1) }
    return try Parallel.map(work, jobs: context.limits.jobs) { work throws(StoreError) in
      if let same = work.same { return .same(same) }
      return try work.task.decide(work.id, index: index, base: base)
    }
  }

  private struct DecisionWork: Sendable {
    let task: ChunkTask
    let id: Digest
    let same: Reference?
  }

  private func take(_ task: ChunkTask, id: Digest, _ decision: ChunkDecision) throws(StoreError) {
    fileInMaking.digest.add(id, byteCount: task.bytes.count)
    fileInMaking.chunkCount += 1
    switch decision {
    case .same(let reference):
      fileInMaking.outcome.chunksSame += 1
      fileInMaking.outcome.sameByteCount += UInt64(task.bytes.count)
      chunkList.add(PendingReference(reference))
    case .found(let reference):
      fileInMaking.outcome.chunksFound += 1
      fileInMaking.outcome.foundByteCount += UInt64(task.bytes.count)
      chunkList.add(PendingReference(reference))
    case .patched, .full:
      if let before = met[id] {
        fileInMaking.outcome.chunksFound += 1
        fileInMaking.outcome.foundByteCount += UInt64(task.bytes.count)
        chunkList.add(before)
      } else {
        try store(task, id: id, decision)
      }
    }
  }

  private func store(_ task: ChunkTask, id: Digest, _ decision: ChunkDecision) throws(StoreError) {
    let pending: PendingReference
    if case .patched(let patch, let chain, let offset, let baseByteCount) = decision {
      var slots: [UInt32] = []
      for reference in chain { slots.append(try support.slot(for: reference)) }
      let draft = patch.draft(
        id: id, byteCount: task.bytes.count, slots: slots, offset: offset, baseByteCount: baseByteCount)
      pending = try patches.add(draft)
      fileInMaking.outcome.chunksPatched += 1
      fileInMaking.outcome.patchByteCount += UInt64(draft.bytes.count)
      fileInMaking.outcome.patchedByteCount += UInt64(task.bytes.count)
    } else {
      pending = try fullChunks.add(ChunkDraft(id: id, full: task.bytes))
      fileInMaking.outcome.chunksNew += 1
      fileInMaking.outcome.newByteCount += UInt64(task.bytes.count)
    }
    if met.count >= SnapshotWriter.metMax { met.removeAll(keepingCapacity: true) }
    met[id] = pending
    chunkList.add(pending)
  }

  private func endFile(_ end: WriteWindow.End) {
    let making = fileInMaking
    fileInMaking = FileInMaking()
    let digest = making.digest.finish()
    let content = FileContent(
      byteCount: end.byteCount, digest: digest, profile: end.profile, chunkCount: making.chunkCount, chunks: .inline([])
    )
    totals.chunks += UInt64(making.chunkCount)
    endEntry(
      ChunkListWriter.FileEnd(
        path: end.path, mode: end.mode, content: .file(content), basePage: end.basePage,
        baseChunksPages: end.baseChunksPages))
    var outcome = FileOutcome(path: end.path, making.outcome)
    outcome.byteCount = end.byteCount
    report(outcome)
  }

  private func endEntry(_ entry: ChunkListWriter.FileEnd) {
    contentHash.add(FileEntry(path: entry.path, mode: entry.mode, content: entry.content))
    chunkList.end(entry)
  }

  /// Keeps what waits for its frame within bounds.
  private func bound() throws(StoreError) {
    try chunkList.drain()
    guard chunkList.pendingCount >= context.limits.pendingReferenceCount else { return }
    try fullChunks.flush()
    try patches.flush()
    try chunkList.drain()
  }
}

/// The file whose chunks are being taken.
struct FileInMaking {
  var digest = FileDigestBuilder()
  var chunkCount = 0
  var outcome = ChunkCounts()
}

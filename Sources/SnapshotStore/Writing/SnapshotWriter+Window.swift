internal import Primitives
internal import SnapshotFormat

extension SnapshotWriter {
  /// Hashes and compares the chunks of the window on all workers, then takes them in order.
  func processWindow() throws(StoreError) {
    let tasks = window.tasks
    let jobs = context.limits.jobs
    let ids = Parallel.digests(of: tasks.map(\.bytes), jobs: jobs)
    let decisions = try decide(tasks, ids)
    var next = 0
    for item in window.items {
      switch item {
      case .chunk(let task):
        try take(task, id: ids[next], decisions[next])
        next += 1
      case .end(let end): try endFile(end)
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
    var decisions = zip(tasks, ids).map { $0.0.unchanged($0.1).map { ChunkDecision.same($0) } }
    guard decisions.contains(where: { $0 == nil }) else { return decisions.compactMap(\.self) }
    let index = try loadedIndex()
    for (place, task) in tasks.enumerated() where decisions[place] == nil {
      if let elsewhere = index.reference(ids[place]), elsewhere.byteCount == task.bytes.count {
        decisions[place] = .found(elsewhere)
      }
    }
    let open = decisions.indices.filter { decisions[$0] == nil }
    let work = open.map { tasks[$0] }
    for (place, decision) in zip(open, try improved(work, try patches(of: work))) { decisions[place] = decision }
    return decisions.compactMap(\.self)
  }

  /// Looks for something better where a chunk has little in common with what stands in its place: the same content
  /// elsewhere in the base file, or, for text, the chunk in full, which may compress better than a patch of many runs.
  private func improved(_ tasks: [ChunkTask], _ decisions: [ChunkDecision]) throws(StoreError) -> [ChunkDecision] {
    func isPoor(_ place: Int) -> Bool { decisions[place].isPoor(for: tasks[place]) }
    let shifts = try preparedShifts(tasks.indices.filter(isPoor).map { tasks[$0] })
    let work = tasks.indices.filter {
      isPoor($0) && (tasks[$0].profile == .contentDefined || shifts.contains(ObjectIdentifier(tasks[$0].shift)))
    }
    let better = try Parallel.map(work.map { (tasks[$0], decisions[$0]) }, jobs: context.limits.jobs) {
      task, decision throws(StoreError) in try task.smallest(of: decision)
    }
    var decisions = decisions
    for (place, decision) in zip(work, better) { decisions[place] = decision }
    return decisions
  }

  /// The base files in which it is worth to look, read.
  private func preparedShifts(_ poor: [ChunkTask]) throws(StoreError) -> Set<ObjectIdentifier> {
    var failureCounts: [ObjectIdentifier: Int] = [:]
    var prepared: Set<ObjectIdentifier> = []
    for task in poor {
      let count = failureCounts[ObjectIdentifier(task.shift), default: 0] + 1
      failureCounts[ObjectIdentifier(task.shift)] = count
      guard task.shift.isWorthwhile(count, task.profile) else { continue }
      try task.shift.prepare(jobs: context.limits.jobs)
      prepared.insert(ObjectIdentifier(task.shift))
    }
    return prepared
  }

  private func loadedIndex() throws(StoreError) -> ChunkIndex {
    if let index { return index }
    let loaded = try base?.chunkIndex(countMax: context.limits.chunkIndexCount) ?? ChunkIndex(countMax: 0)
    index = loaded
    return loaded
  }

  /// Compares chunks with what the base has in their place, on all workers.
  private func patches(of tasks: [ChunkTask]) throws(StoreError) -> [ChunkDecision] {
    guard let baseChunks else { return tasks.map { _ in .full } }
    try baseChunks.prefetch(tasks.flatMap(\.patchableBases), context.limits)
    return try Parallel.map(tasks.batches(of: Digest.batchCount), jobs: context.limits.jobs) {
      batch throws(StoreError) in
      let bases = batch.map(\.patchableBases)
      var before = try baseChunks.chunks(bases.flatMap(\.self))[...]
      return zip(batch, bases).map { task, bases in
        defer { before.removeFirst(bases.count) }
        return task.decide(patching: Array(before.prefix(bases.count)))
      }
    }.flatMap(\.self)
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
      pending = try (isText(task) ? textChunks : plainChunks).add(
        ChunkDraft(id: id, full: task.bytes))
      fileInMaking.outcome.chunksNew += 1
      fileInMaking.outcome.newByteCount += UInt64(task.bytes.count)
    }
    if met.count >= SnapshotWriter.metMax { met.removeAll(keepingCapacity: true) }
    met[id] = pending
    chunkList.add(pending)
  }

  /// What does not compress is better fetched in small pieces. A small file that does not, among floats in a frame,
  /// would move those behind it to the wrong planes (docs/decisions/0008-profiles-by-measurement.md).
  private func isText(_ task: ChunkTask) -> Bool {
    guard task.profile == .contentDefined else { return false }
    return task.bytes.count < SnapshotWriter.smallByteCount || sampler.isText(task.bytes.rawSpan)
  }

  private static let smallByteCount = 4 << 10

  private func endFile(_ end: WriteWindow.End) throws(StoreError) {
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
    if end.byteCount >= UInt64(Limits.frameRawByteCount) { try closeChunks() }
    var outcome = FileOutcome(path: end.path, making.outcome)
    outcome.byteCount = end.byteCount
    report(outcome)
  }

  /// Small files share frames. The end of a large one does not wait for chunks of another, which a reader would need at
  /// quite another time.
  private func closeChunks() throws(StoreError) {
    try plainChunks.close()
    try textChunks.close()
  }

  private func endEntry(_ entry: ChunkListWriter.FileEnd) {
    contentHash.add(FileEntry(path: entry.path, mode: entry.mode, content: entry.content))
    chunkList.end(entry)
  }

  /// Keeps what waits for its frame within bounds.
  private func bound() throws(StoreError) {
    try chunkList.drain()
    guard chunkList.pendingCount >= context.limits.pendingReferenceCount else { return }
    try closeChunks()
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

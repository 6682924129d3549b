internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// Hashes local files at the places where a manifest has their chunks, on all workers.
struct FileScan {
  let jobs: Int
  let control: SyncControl

  private struct Task: Sendable {
    let place: LocalPlace
    let id: Digest
  }

  private static let taskCount = 64
  /// How many chunks of `file` stand in `path` where they belong; `found` is told each.
  func matches(
    _ path: RelativePath, _ file: FileContent, in manifest: ManifestReader, at tree: LocalTree,
    _ found: (LocalPlace, Digest) -> Void
  ) throws(SyncError) -> Int {
    var chunks = try ChunkStream(file, in: manifest)
    var matching = 0
    while true {
      try control.check()
      let tasks = try nextTasks(path, &chunks)
      guard !tasks.isEmpty else { return matching }
      let results = Parallel.map(tasks.batches(of: Digest.batchCount), jobs: jobs) { batch in
        Digest.ofEach(batch.map { tree.read($0.place.path, at: $0.place.offset, count: $0.place.byteCount) ?? [] })
      }
      for (task, actual) in zip(tasks, results.joined()) where actual == task.id {
        matching += 1
        found(task.place, task.id)
      }
    }
  }

  private func nextTasks(_ path: RelativePath, _ chunks: inout ChunkStream) throws(SyncError) -> [Task] {
    var tasks: [Task] = []
    while tasks.count < FileScan.taskCount, let (offset, reference) = try chunks.next() {
      let place = LocalPlace(path: path, offset: offset, byteCount: reference.byteCount)
      tasks.append(Task(place: place, id: reference.id))
    }
    return tasks
  }
}

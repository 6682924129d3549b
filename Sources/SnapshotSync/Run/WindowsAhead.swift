internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// The windows of a plan in order, while what the next ones need of the store is being read.
///
/// - A line with a delay is not left idle while chunks are rebuilt and written.
/// - What waits here is encoded, and bounded: a window is begun while those that wait are fewer than `countMax` and
///   have less than `byteCountMax`, or when none waits.
/// - A read that fails is told by the window that needs it.
final class WindowsAhead {
  private static let byteCountMax = 8 << 20
  private static let countMax = 4

  private let frames: FrameSource
  private let jobs: Int
  private let plan: () throws(SyncError) -> SyncWindow?
  private var waiting: [Waiting] = []

  private struct Waiting {
    let window: SyncWindow
    let byteCount: Int
    /// Nil where there is nothing to read. What nobody wants any more ends by itself.
    let fetch: BackgroundWork<[FetchedRun], StoreError>?
  }

  /// The first are begun at once.
  ///
  /// - Parameter plan: gives the windows in order.
  init(_ frames: FrameSource, jobs: Int, _ plan: @escaping () throws(SyncError) -> SyncWindow?) throws(SyncError) {
    self.frames = frames
    self.jobs = jobs
    self.plan = plan
    try fill()
  }

  /// The next window, with what it needs; nil at the end.
  func next() throws(SyncError) -> (window: SyncWindow, fetched: [FetchedRun])? {
    try fill()
    guard !waiting.isEmpty else { return nil }
    let first = waiting.removeFirst()
    let fetched = try storing { () throws(StoreError) in try first.fetch?.wait() ?? [] }
    return (first.window, fetched)
  }

  private func fill() throws(SyncError) {
    while hasRoom, let window = try plan() {
      let byteCount = window.runs.reduce(0) { $0 + $1.byteCount }
      waiting.append(Waiting(window: window, byteCount: byteCount, fetch: fetch(window.runs)))
    }
  }

  private func fetch(_ runs: [FrameRun]) -> BackgroundWork<[FetchedRun], StoreError>? {
    guard !runs.isEmpty else { return nil }
    return BackgroundWork(.left) { [frames, jobs] () throws(StoreError) in
      try Parallel.map(runs, jobs: jobs) { run throws(StoreError) in try frames.fetch(run) }
    }
  }

  private var hasRoom: Bool {
    guard !waiting.isEmpty else { return true }
    let byteCount = waiting.reduce(0) { $0 + $1.byteCount }
    return waiting.count < WindowsAhead.countMax && byteCount < WindowsAhead.byteCountMax
  }
}

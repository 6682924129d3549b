internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import Synchronization

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
  private var waiting: [(window: SyncWindow, fetch: WindowFetch)] = []

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
    let (window, fetch) = waiting.removeFirst()
    let fetched = try storing { () throws(StoreError) in try fetch.wait() }
    return (window, fetched)
  }

  private func fill() throws(SyncError) {
    while hasRoom, let window = try plan() {
      waiting.append((window, WindowFetch(window.runs, from: frames, jobs: jobs)))
    }
  }

  private var hasRoom: Bool {
    guard !waiting.isEmpty else { return true }
    let byteCount = waiting.reduce(0) { $0 + $1.fetch.byteCount }
    return waiting.count < WindowsAhead.countMax && byteCount < WindowsAhead.byteCountMax
  }
}

/// Reads runs of frames on a thread of its own, until somebody waits for them.
private final class WindowFetch {
  /// What the thread needs, and what comes of it.
  private final class Work: Sendable {
    private let runs: [FrameRun]
    private let frames: FrameSource
    private let jobs: Int
    private let result = Mutex<Result<[FetchedRun], StoreError>>(.success([]))

    init(_ runs: [FrameRun], from frames: FrameSource, jobs: Int) {
      self.runs = runs
      self.frames = frames
      self.jobs = jobs
    }

    func run() {
      let frames = frames
      let fetched = Result { () throws(StoreError) in
        try Parallel.map(runs, jobs: jobs) { run throws(StoreError) in try frames.fetch(run) }
      }
      result.withLock { $0 = fetched }
    }

    func take() throws(StoreError) -> [FetchedRun] { try result.withLock { $0 }.get() }
  }

  let byteCount: Int
  private let work: Work
  /// Nil where there is nothing to read, or the system has no thread to give.
  private var thread: BlockingThread?

  init(_ runs: [FrameRun], from frames: FrameSource, jobs: Int) {
    byteCount = runs.reduce(0) { $0 + $1.byteCount }
    let work = Work(runs, from: frames, jobs: jobs)
    self.work = work
    if !runs.isEmpty { thread = BlockingThread { work.run() } }
  }

  /// Nobody wants it any more: it ends by itself.
  deinit { thread?.detach() }

  /// Once.
  func wait() throws(StoreError) -> [FetchedRun] {
    if let thread { thread.join() } else { work.run() }
    thread = nil
    return try work.take()
  }
}

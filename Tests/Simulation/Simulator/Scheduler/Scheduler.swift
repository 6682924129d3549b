import Dispatch
import Primitives
import Synchronization

/// Runs blocking code of many writers with exactly one of them running at any time, in an order that comes from values
/// alone.
///
/// - A strand is a thread with a baton of its own. Whoever waits passes the baton to the strand that wakes next; nobody
///   else runs. So one seed gives one run, and threads see what those before them wrote.
/// - Time is virtual: it moves to the moment at which the next strand wakes.
final class Scheduler: Sendable {
  private struct Strand {
    let process: Int
    let baton = DispatchSemaphore(value: 0)
    var wakesAt: UInt64
    var isDone = false
  }

  private struct State {
    var now: UInt64 = 1_000_000_000
    var strands: [Strand] = []
    var running = 0
    var stoppedUntil: [Int: UInt64] = [:]
    var stepCount = 0
  }

  private let state = Mutex(State())
  private let ended = DispatchSemaphore(value: 0)
  private let stepCountMax: Int

  init(stepCountMax: Int) {
    self.stepCountMax = stepCountMax
  }

  var now: UInt64 { state.withLock { $0.now } }
  var stepCount: Int { state.withLock { $0.stepCount } }
  /// Whether more steps were made than a run may take: from now on everything is to end.
  var isExhausted: Bool { stepCount > stepCountMax }

  /// A strand that begins after so long. Without a thread to be had it never begins, and this is false.
  @discardableResult
  func start(process: Int, after nanoseconds: UInt64, _ body: @escaping @Sendable () -> Void) -> Bool {
    let index = state.withLock { state in
      state.strands.append(Strand(process: process, wakesAt: state.now + nanoseconds))
      return state.strands.count - 1
    }
    let baton = baton(of: index)
    let thread = BlockingThread {
      baton.wait()
      body()
      self.end(index)
    }
    thread?.detach()
    if thread == nil { state.withLock { $0.strands[index].isDone = true } }
    return thread != nil
  }

  /// Runs all strands to their ends. Called by the one thread that is no strand.
  func run() {
    guard let first = next() else { return }
    baton(of: first).signal()
    ended.wait()
  }

  /// The running strand waits; others run meanwhile.
  func wait(nanoseconds: UInt64) {
    let mine = state.withLock { state in
      state.strands[state.running].wakesAt = state.now + nanoseconds
      return state.running
    }
    guard let next = next(), next != mine else { return }
    baton(of: next).signal()
    baton(of: mine).wait()
  }

  /// No strand of the process runs before so long has passed.
  func stop(process: Int, nanoseconds: UInt64) {
    state.withLock { $0.stoppedUntil[process] = $0.now + nanoseconds }
  }

  private func end(_ index: Int) {
    state.withLock { $0.strands[index].isDone = true }
    guard let next = next() else { return _ = ended.signal() }
    baton(of: next).signal()
  }

  private func baton(of strand: Int) -> DispatchSemaphore { state.withLock { $0.strands[strand].baton } }

  /// Chooses who runs: the first to wake, of several the one that began first. Nil when all have ended.
  private func next() -> Int? {
    state.withLock { state in
      var chosen: (index: Int, at: UInt64)?
      for (index, strand) in state.strands.enumerated() where !strand.isDone {
        let at = max(strand.wakesAt, state.stoppedUntil[strand.process] ?? 0)
        if at < chosen?.at ?? .max { chosen = (index, at) }
      }
      guard let chosen else { return nil }
      state.now = max(state.now, chosen.at)
      state.running = chosen.index
      state.stepCount += 1
      return chosen.index
    }
  }
}

import FileIO
import Glibc
import Primitives
import Simulator
import SnapshotStore
import Synchronization

/// Some workers, each of which takes the next seed that nobody took.
struct Run {
  private final class Tally: Sendable {
    struct State {
      var next: UInt64
      var runs = 0
      var steps = 0
      var coverage = Coverage()
      var failures: [(seed: UInt64, faults: [String])] = []
      /// The same for the same runs, in whatever order they ended.
      var trace: UInt64 = 0
    }

    let state: Mutex<State>

    init(first: UInt64) {
      state = Mutex(State(next: first))
    }
  }

  private let options: Options
  private let tally: Tally

  init(_ options: Options) {
    self.options = options
    tally = Tally(first: options.first)
  }

  /// The exit status.
  func run() throws -> Int32 {
    let folder = "\(options.folder)/snapsimulate-\(getpid())"
    _ = try Directory.makeAll(path: folder, mode: FileMode(0o700))
    defer { remove(folder) }
    let threads = (0..<options.jobs).map { number in
      BlockingThread { [options, tally] in Run.work(options, tally, "\(folder)/\(number)") }
    }
    for thread in threads { thread?.join() }
    return report()
  }

  private static func work(_ options: Options, _ tally: Tally, _ folder: String) {
    while let seed = begin(options, tally) {
      let tell: (@Sendable (String) -> Void)? = options.traces ? { @Sendable in say($0) } : nil
      let outcome = Simulation(seed: seed, plant: options.plant, folder: folder, tell: tell).run()
      remove(folder)
      tally.state.withLock { state in
        state.runs += 1
        state.steps += outcome.stepCount
        state.coverage.merge(outcome.coverage)
        state.trace ^= outcome.traceNumber &* (2 &* seed &+ 1)
        if !outcome.faults.isEmpty { state.failures.append((seed, outcome.faults)) }
      }
    }
  }

  /// The next seed. Of a bug that was put in, one failure is enough.
  private static func begin(_ options: Options, _ tally: Tally) -> UInt64? {
    let failureCountMax = options.plant == nil ? 1_000 : 1
    return tally.state.withLock { state in
      guard state.next < options.first + options.count, state.failures.count < failureCountMax else { return nil }
      state.next += 1
      return state.next - 1
    }
  }

  /// One line for each kind of event, then one for each failure, with what repeats it.
  private func report() -> Int32 {
    let state = tally.state.withLock { $0 }
    say("all | \(state.runs) runs | \(state.steps) steps | trace \(String(state.trace, radix: 16))")
    for occurrence in Occurrence.allCases { say("\(occurrence.rawValue) | \(state.coverage.count(of: occurrence))") }
    for (seed, faults) in state.failures.sorted(by: { $0.seed < $1.seed }).prefix(100) {
      let plant = options.plant.map { " --plant \($0.rawValue)" } ?? ""
      say("FAIL: snapsimulate --from \(seed) --count 1\(plant): \(faults[0])")
      for fault in faults.dropFirst().prefix(10) where options.count == 1 { say("      \(fault)") }
    }
    if state.failures.count > 0 { say("\(state.failures.count) runs failed") }
    return state.failures.isEmpty ? 0 : 1
  }
}

/// Removes a folder and what is in it; what cannot be removed stays.
private func remove(_ folder: String) {
  guard let directory = try? Directory(path: folder) else { return }
  try? directory.removeContents()
  unsafe rmdir(folder)
}

import FileIO
import Glibc
import Primitives
import SnapshotStore
import Synchronization

/// A run: some workers, each of which takes every n-th mutation, and a watchdog.
struct Run {
  private let options: Options
  private let result = Outcome()

  private final class Outcome: Sendable {
    let tally = Mutex(Tally())
    let error = Mutex<String?>(nil)
  }

  init(_ options: Options) {
    self.options = options
  }

  /// The exit status.
  func run() throws -> Int32 {
    let folder = "\(options.folder)/snapmutate-\(getpid())"
    defer { try? Run.remove(folder) }
    _ = try Directory.makeAll(path: folder, mode: FileMode(0o700))
    let worlds = try Worlds.all(seed: options.seed, temporaryDirectory: folder + "/tmp")
    try examine(worlds, folder)
    let workers = (0..<options.jobs).map { _ in Progress() }
    let watchdog = BlockingThread { [options] in Run.watch(workers, options) }
    watchdog?.detach()
    let threads = workers.enumerated().map { number, progress in
      BlockingThread { [options, result] in
        do {
          try Run.work(options, worlds, number, "\(folder)/\(number)", progress, result)
        } catch {
          result.error.withLock { $0 = "\(error)" }
        }
      }
    }
    for thread in threads { thread?.join() }
    return report()
  }

  /// Stores that nobody has touched are sound, and read as they were written.
  private func examine(_ worlds: [World], _ folder: String) throws {
    for world in worlds {
      let trial = StoreTrial(world: world, tier: TrialTier(world.objects), temporaryDirectory: folder, plant: nil)
      let verified = trial.verify()
      let reading = Reading(world, trial.store, temporaryDirectory: folder, plant: nil)
      let faults = Array(verified.objects) + [verified.error].compactMap(\.self) + reading.wrong + reading.refused
      guard faults.isEmpty, reading.older.isEmpty, reading.told.isEmpty else {
        throw Unsound(reason: "\(world.name), not mutated: \(faults + reading.older + reading.told)")
      }
      if options.traces { say("\(world.name): \(world.objects.keys.count) objects, \(world.objects.byteCount) bytes") }
    }
  }

  private static func work(
    _ options: Options, _ worlds: [World], _ index: Int, _ folder: String, _ progress: Progress, _ result: Outcome
  ) throws {
    _ = try Directory.makeAll(path: folder, mode: FileMode(0o700))
    let worker = try Worker(options, worlds, folder: folder, progress)
    let numbers = stride(
      from: options.first + UInt64(index), to: options.first + options.count, by: options.jobs)
    for number in numbers { try worker.run(number) }
    for (name, time) in worker.nanoseconds.sorted(by: { $0.key < $1.key }) {
      say("worker \(index): \(name): \(time.count) mutations, \(time.sum / UInt64(time.count) / 1_000) us each")
    }
    let tally = worker.tally
    result.tally.withLock { $0.merge(tally) }
  }

  /// Ends the process when a mutation is over its time.
  private static func watch(_ workers: [Progress], _ options: Options) {
    while true {
      SystemClock().sleep(nanoseconds: 50_000_000)
      guard let number = workers.lazy.compactMap({ $0.overdue() }).first else { continue }
      say("HANG: mutation \(number) of seed \(options.seed)")
      _exit(3)
    }
  }

  private func report() -> Int32 {
    let tally = result.tally.withLock { $0 }
    say("seed \(options.seed), mutations \(options.first) ..< \(options.first + options.count)")
    say(tally.report())
    for failure in tally.failures.prefix(100) { say("FAIL: \(failure)") }
    if let error = result.error.withLock({ $0 }) {
      say("STOPPED: \(error)")
      return 2
    }
    return tally.failures.isEmpty ? 0 : 1
  }

  private static func remove(_ folder: String) throws {
    try Directory(path: folder).removeContents()
    unsafe rmdir(folder)
  }
}

import Primitives
import SnapshotFormat
import Synchronization

/// What a worker is at, for the watchdog to see.
final class Progress: Sendable {
  private let state = Mutex<(number: UInt64, since: UInt64, limit: UInt64)?>(nil)

  func begin(_ number: UInt64, limitNanoseconds: UInt64) {
    let now = SystemClock().nanoseconds()
    state.withLock { $0 = (number, now, limitNanoseconds) }
  }

  func end() { state.withLock { $0 = nil } }

  /// The mutation that is over its time.
  func overdue() -> UInt64? {
    let now = SystemClock().nanoseconds()
    return state.withLock { state in
      guard let state, now > state.since &+ state.limit else { return nil }
      return state.number
    }
  }
}

/// Tries mutations, one after the other.
final class Worker {
  /// What is tried with a page, a segment or a local copy, of a thousand mutations each.
  private static let (pageShare, segmentShare, copyShare) = (90, 60, 20)

  private let options: Options
  private let worlds: [World]
  private let trials: [StoreTrial]
  private let copy: CopyTrial
  private let progress: Progress
  private(set) var tally = Tally()
  /// What the mutations of each world took.
  private(set) var nanoseconds: [String: (count: Int, sum: UInt64)] = [:]

  init(_ options: Options, _ worlds: [World], folder: String, _ progress: Progress) throws {
    self.options = options
    self.worlds = worlds
    self.progress = progress
    trials = worlds.map {
      StoreTrial(
        world: $0, tier: TrialTier($0.objects, plant: options.plant), temporaryDirectory: folder + "/tmp",
        plant: options.plant)
    }
    copy = try CopyTrial(trials[0], folder: folder)
  }

  func run(_ number: UInt64) throws {
    var chance = Chance(seed: options.seed, number: number)
    let share = chance.below(1_000)
    if share < Worker.copyShare { return try runCopy(number, &chance) }
    let index = world(&chance)
    let limit = UInt64(max(1 << 20, worlds[index].objects.byteCount)) * 1_000_000_000 >> 20
    progress.begin(number, limitNanoseconds: limit)
    defer { progress.end() }
    let hostile = Worker.copyShare..<Worker.copyShare + Worker.pageShare + Worker.segmentShare
    if hostile.contains(share) {
      let kind: ObjectKind = share < Worker.copyShare + Worker.pageShare ? .page : .segment
      if try runHostile(kind, number, index, &chance) { return }
    }
    let others = worlds.indices.filter { $0 != index }.map { worlds[$0] }
    let mutation = Mutation.effective(worlds[index], others: others, &chance)
    trace(number, "\(worlds[index].name): \(mutation.key), \(mutation.name)")
    let verdict = timed(worlds[index].name) { trials[index].run(mutation) }
    tally.add(mutation.kind, mutation.name, verdict, told(number, "\(mutation.key), \(mutation.name)", index))
  }

  /// By the worlds' shares.
  private func world(_ chance: inout Chance) -> Int {
    var left = chance.below(worlds.reduce(0) { $0 + $1.share })
    for (index, world) in worlds.enumerated() {
      left -= world.share
      if left < 0 { return index }
    }
    return 0
  }

  /// False when the world has nothing of the kind.
  private func runHostile(
    _ kind: ObjectKind, _ number: UInt64, _ index: Int, _ chance: inout Chance
  ) throws -> Bool {
    let change = HostileTrial.Change(kind, &chance)
    trace(number, "\(worlds[index].name): hostile \(kind.rawValue), \(change.name)")
    let hostile = HostileTrial(trial: trials[index])
    let verdict = try timed("hostile \(kind.rawValue), \(worlds[index].name)") { try hostile.run(change, &chance) }
    guard let verdict else { return false }
    tally.add(kind, change.name, verdict, told(number, "hostile \(kind.rawValue), \(change.name)", index))
    return true
  }

  private func runCopy(_ number: UInt64, _ chance: inout Chance) throws {
    progress.begin(number, limitNanoseconds: 2_000_000_000)
    defer { progress.end() }
    trace(number, "a copy")
    let (kind, name, verdict) = try timed("a copy") { try copy.run(&chance) }
    tally.add(kind, name, verdict, told(number, name, 0))
  }

  private func timed<Value>(_ name: String, _ body: () throws -> Value) rethrows -> Value {
    guard options.traces else { return try body() }
    let start = SystemClock().nanoseconds()
    let value = try body()
    let before = nanoseconds[name] ?? (0, 0)
    nanoseconds[name] = (before.count + 1, before.sum + SystemClock().nanoseconds() - start)
    return value
  }

  private func trace(_ number: UInt64, _ text: @autoclosure () -> String) {
    if options.traces { say("mutation \(number) of seed \(options.seed): \(text())") }
  }

  private func told(_ number: UInt64, _ text: String, _ index: Int) -> String {
    "mutation \(number) of seed \(options.seed), \(worlds[index].name): \(text)"
  }
}

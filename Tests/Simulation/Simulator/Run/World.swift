import Primitives
import SnapshotFormat

/// All that the processes of one run share.
final class World: Sendable {
  let scheduler: Scheduler
  let origin: SimulatedOrigin
  let weather: Weather
  let trace: Trace
  let ledger = Ledger()
  /// What all of the run is drawn from.
  let chance: SeededRandomSource
  let plant: Plant?
  /// For files that lose their names at once, and for the trees of creators.
  let folder: String
  /// After it nobody begins anything.
  let horizon: UInt64
  private let coverageHeld = Held(Coverage())
  private let processCount = Held(0)

  static let words = CollectionName("words")!
  static let tree = CollectionName("tree")!
  static let dimension = 2

  init(
    seed: UInt64, plant: Plant?, folder: String, tell: (@Sendable (String) -> Void)? = nil
  ) {
    chance = SeededRandomSource(seed: seed)
    weather = Weather(chance.branch())
    scheduler = Scheduler(stepCountMax: 400_000)
    origin = SimulatedOrigin(scheduler)
    trace = Trace(scheduler, tell: tell)
    horizon = scheduler.now + chance.nanoseconds(20_000_000_000...90_000_000_000)
    self.plant = plant
    self.folder = folder
  }

  var coverage: Coverage { coverageHeld.value }
  func count(_ occurrence: Occurrence) { coverageHeld.value.add(occurrence) }

  /// Whether users are to begin nothing more.
  var isOver: Bool { scheduler.now >= horizon || scheduler.isExhausted }

  func nextProcessNumber() -> Int {
    processCount.value += 1
    return processCount.value
  }

  /// Starts a user in a process of its own; after a crash again in another one, a bounded number of times.
  func launch(_ user: any User, after nanoseconds: UInt64, restarts: Int = 3) {
    let process = SimulatedProcess(self, name: user.name)
    scheduler.start(process: process.number, after: nanoseconds) { [self] in
      user.run(process)
      guard !process.isAlive, restarts > 0, !isOver else { return process.end() }
      count(.restart)
      let pause = chance.nanoseconds(10_000_000...8_000_000_000)
      launch(user, after: pause, restarts: restarts - 1)
    }
  }
}

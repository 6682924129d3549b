import Catalog
import Primitives
import SnapshotFormat
import SnapshotStore
import VectorCollections

/// One run: users at work in bad weather, then a quiet end, then the questions of the oracle.
package struct Simulation {
  package struct Outcome: Sendable {
    package let faults: [String]
    package let coverage: Coverage
    package let stepCount: Int
    /// The same for two runs that were the same.
    package let traceNumber: UInt64
  }

  private let world: World
  private let chance: SeededRandomSource

  /// - Parameter folder: a directory for this run alone.
  package init(seed: UInt64, plant: Plant? = nil, folder: String, tell: (@Sendable (String) -> Void)? = nil) {
    world = World(seed: seed, plant: plant, folder: folder, tell: tell)
    chance = world.chance.branch()
  }

  package func run() -> Outcome {
    begin()
    for user in users() { world.launch(user, after: chance.nanoseconds(0...4_000_000_000)) }
    world.scheduler.run()
    let isEnded = !world.scheduler.isExhausted
    let faults = Held<[String]>([])
    if isEnded { end(faults) }
    let more = isEnded ? [] : ["the run did not end within its steps"]
    return Outcome(
      faults: world.ledger.faults + more + faults.value, coverage: world.coverage,
      stepCount: world.scheduler.stepCount, traceNumber: world.trace.number)
  }

  /// The store, with nothing going wrong.
  private func begin() {
    quietly("init", after: 0) { process in
      _ = try? StoreObject.create(
        Settings.identity(process), in: SimulatedTier(process), settings: Settings.commit(process), deadline: .never)
    }
  }

  /// Some of each kind; which ones differs from run to run.
  private func users() -> [any User] {
    var users: [any User] = []
    let solo = [ProducerName("alone")!, ProducerName("by-itself")!]
    for index in 0..<chance.below(3) { users.append(Numberer(name: "numberer", producer: solo[index])) }
    for _ in 0..<chance.below(4) { users.append(Twin(name: "twin", producer: ProducerName("shared")!)) }
    for _ in 0..<1 + chance.below(3) { users.append(Compactor(name: "compactor")) }
    for _ in 0..<chance.below(3) { users.append(Sweeper(name: "sweeper")) }
    for _ in 0..<chance.below(4) { users.append(Creator(name: "creator")) }
    for collection in [World.words, World.tree] where chance.happens(1, in: 2) {
      users.append(Marker(name: "marker", collection: collection))
    }
    if chance.happens(1, in: 2) { users.append(Fencer(name: "fencer")) }
    return users
  }

  /// After all that is under way has landed.
  private func end(_ faults: Held<[String]>) {
    quietly("oracle", after: 60_000_000_000) { process in faults.value = Oracle(process).faults() }
  }

  /// One process alone, in fair weather.
  private func quietly(
    _ name: String, after nanoseconds: UInt64, _ body: @escaping @Sendable (SimulatedProcess) -> Void
  ) {
    let process = SimulatedProcess(world, name: name, isQuiet: true)
    world.scheduler.start(process: process.number, after: nanoseconds) { body(process) }
    world.scheduler.run()
  }
}

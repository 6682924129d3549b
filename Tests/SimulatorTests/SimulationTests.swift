import Simulator
import TestFiles
import Testing

/// The protocols of the store under many orders of events. A failing run tells its seed, which gives the same run
/// again: `snapsimulate --from SEED --count 1 --trace`.
@Suite struct SimulationTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func run(_ seed: UInt64, _ plant: Plant? = nil) -> Simulation.Outcome {
    Simulation(seed: seed, plant: plant, folder: "\(directory.path)/\(seed)").run()
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `whatever happens, nothing acknowledged is lost, doubled or stale`(share: UInt64) {
    for seed in share * 25..<share * 25 + 25 {
      let outcome = run(seed)
      #expect(outcome.faults.isEmpty, "seed \(seed)")
    }
  }

  @Test func `one seed gives one run`() {
    for seed in 300..<304 as Range<UInt64> {
      let (one, other) = (run(seed), run(seed))
      #expect(one.traceNumber == other.traceNumber && one.stepCount == other.stepCount, "seed \(seed)")
    }
  }

  @Test func `another seed gives another run`() {
    #expect(run(1).traceNumber != run(2).traceNumber)
  }

  @Test(arguments: Plant.allCases)
  func `a bug that is put in is noticed`(plant: Plant) {
    let seeds = 100..<1_000 as Range<UInt64>
    let noticed = seeds.first { !run($0, plant).faults.isEmpty }
    #expect(noticed != nil, "\(plant) went unnoticed with seeds \(seeds)")
    print("\(plant): noticed with seed \(noticed ?? .max)")
  }
}

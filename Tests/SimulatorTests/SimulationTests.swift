import Simulator
import TestFiles
import Testing

/// The protocols under many orders of events. A failing run tells its seed, which gives the same run again.
@Suite struct SimulationTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func run(_ seed: UInt64, _ plant: Plant? = nil) -> Simulation.Outcome {
    Simulation(seed: seed, plant: plant, folder: "\(directory.path)/\(seed)").run()
  }

  @Test func `whatever happens, nothing acknowledged is lost, doubled or stale`() {
    var coverage = Coverage()
    for seed in 0..<100 as Range<UInt64> {
      let outcome = run(seed)
      coverage.merge(outcome.coverage)
      #expect(outcome.faults.isEmpty, "seed \(seed)")
    }
    for occurrence in Occurrence.allCases { print("\(coverage.count(of: occurrence)) \(occurrence.rawValue)") }
  }

  @Test func `one seed gives one run`() {
    for seed in 200..<204 as Range<UInt64> {
      let (one, other) = (run(seed), run(seed))
      #expect(one.traceNumber == other.traceNumber && one.stepCount == other.stepCount, "seed \(seed)")
    }
  }

  @Test(arguments: Plant.allCases)
  func `a bug that is put in is noticed`(plant: Plant) {
    let seeds = 0..<100 as Range<UInt64>
    let noticed = seeds.first { !run($0, plant).faults.isEmpty }
    #expect(noticed != nil, "\(plant) went unnoticed with seeds \(seeds)")
  }
}

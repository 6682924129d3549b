import AllocationCounter
import Benchmark

extension BenchmarkMetric {
  /// How often memory was asked for, by the engine and by all libraries under it.
  static let allocations = BenchmarkMetric.custom("allocations", polarity: .prefersSmaller, useScalingFactor: false)
  /// How much of it, what was given back meanwhile not taken off: a buffer of the size of a file is one allocation.
  static let allocatedKiB = BenchmarkMetric.custom("allocatedKiB", polarity: .prefersSmaller, useScalingFactor: false)
}

/// Registers a job; each of its iterations has a workshop of its own.
func job(_ name: String, _ body: @escaping (Benchmark, Workshop) async throws -> Void) {
  Benchmark(name) { benchmark in
    try await Workshop.open { workshop in try await body(benchmark, workshop) }
  }
}

extension Benchmark {
  /// Measures a piece of work. What comes before it in an iteration is not counted, nor is what comes after.
  func measure<Value>(_ work: () async throws -> Value) async throws -> Value {
    startMeasurement()
    let (count, byteCount) = (allocation_count(), allocation_byte_count())
    let value = try await work()
    let made = allocation_count() - count
    let madeBytes = allocation_byte_count() - byteCount
    stopMeasurement()
    measurement(.allocations, Int(made))
    measurement(.allocatedKiB, Int(madeBytes >> 10))
    return value
  }
}

/// A job that did not come to what it must come to, so that its count says nothing.
struct WrongOutcome: Error {
  let what: String

  static func unless(_ holds: Bool, _ what: String) throws {
    if !holds { throw WrongOutcome(what: what) }
  }
}

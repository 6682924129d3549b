import Benchmark

/// What is measured, all of it through the façade, as a program would do it: each job on data that it makes itself.
///
/// - What a job needs is made before its count begins, anew for each iteration: every iteration does the same work.
/// - One worker thread: which of several allocates what is a matter of chance.
/// - Only allocations have thresholds. Time is shown beside them, and is noise.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.allocations, .allocatedKiB, .cpuTotal, .instructions],
    warmupIterations: 1, maxDuration: .seconds(60), maxIterations: 5,
    // What is left of chance between two runs is about half of that, on a machine with other work.
    thresholds: [
      .allocations: BenchmarkThresholds(relative: [.p90: 3]), .allocatedKiB: BenchmarkThresholds(relative: [.p90: 6]),
    ])
  registerTreeBenchmarks()
  registerCopyBenchmarks()
  registerRecordBenchmarks()
}

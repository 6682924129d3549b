import Primitives

/// Somebody who uses the store, in one process after the other. What it keeps in itself survives a crash.
protocol User: Sendable {
  var name: String { get }
  func run(_ process: SimulatedProcess)
}

extension SimulatedProcess {
  /// Does something a few times, with pauses between, for as long as there is time.
  func repeatedly(_ count: Int, _ body: () -> Void) {
    for _ in 0..<count {
      world.scheduler.wait(nanoseconds: chance.nanoseconds(1_000_000...weather.pauseMax))
      guard mayBegin else { return }
      body()
    }
  }
}

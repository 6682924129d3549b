import Primitives

/// Somebody who uses the store, in one process after the other. What it keeps in itself survives a crash.
protocol User: Sendable {
  var name: String { get }
  func run(_ process: SimulatedProcess)
}

extension SimulatedProcess {
  /// Does something a few times, with pauses between, for as long as there is time.
  func repeatedly(_ count: Int, pause: ClosedRange<UInt64> = 10_000_000...6_000_000_000, _ body: () -> Void) {
    for _ in 0..<count {
      world.scheduler.wait(nanoseconds: chance.nanoseconds(pause))
      guard mayBegin else { return }
      body()
    }
  }
}

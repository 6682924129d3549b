internal import Synchronization

/// Says that the work under way is to end soon. Raised by a cancelled task, or by who interrupts the program.
final class StopSignal: Sendable {
  private let isRaised = Atomic(false)

  func raise() {
    isRaised.store(true, ordering: .relaxed)
  }

  var stops: Bool { isRaised.load(ordering: .relaxed) }
}

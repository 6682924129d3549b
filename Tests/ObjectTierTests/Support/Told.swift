import Synchronization

/// What was reported, in order.
final class Told: Sendable {
  private let state = Mutex<[String]>([])

  var texts: [String] { state.withLock { $0 } }
  func add(_ text: String) { state.withLock { $0.append(text) } }
}

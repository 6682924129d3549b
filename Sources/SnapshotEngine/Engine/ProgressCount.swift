internal import Synchronization

/// Counts up what several threads did, and tells.
final class ProgressCount: Sendable {
  private let state: Mutex<Progress>
  private let handler: ProgressHandler

  /// Nil when nobody listens.
  init?(_ phase: String, _ handler: ProgressHandler?) {
    guard let handler else { return nil }
    self.handler = handler
    state = Mutex(Progress(phase: phase))
  }

  func add(bytes: UInt64, items: UInt64) {
    let progress = state.withLock { progress in
      progress.bytesDone += bytes
      progress.itemsDone += items
      return progress
    }
    handler(progress)
  }
}

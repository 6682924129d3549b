/// The windows of a plan, kept from when it was counted until it is executed, while they are few.
///
/// A plan of more is made a second time, window by window.
struct PlannedWindows: Sendable {
  /// In all windows together: about 2 MB.
  static let stepCountMax = 8_192

  /// Nil: too many to keep.
  private(set) var all: [SyncWindow]? = []
  private var stepCount = 0

  mutating func add(_ window: SyncWindow) {
    stepCount += window.steps.count
    if stepCount > PlannedWindows.stepCountMax { all = nil } else { all?.append(window) }
  }
}

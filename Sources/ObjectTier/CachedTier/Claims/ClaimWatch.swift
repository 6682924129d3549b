/// How long a claim of somebody else is waited for. A value: it is told what is seen, and when.
///
/// A claim whose bytes change is somebody's who is at work, however long it takes. One that stays as it is for a while
/// is nobody's any more, whatever the clocks of hosts say.
struct ClaimWatch {
  private let silenceNanoseconds: UInt64
  private let end: UInt64
  private var seen: [UInt8] = []
  private var seenAt: UInt64

  /// - Parameter end: when waiting ends in any case.
  init(silenceNanoseconds: UInt64, end: UInt64, now: UInt64) {
    self.silenceNanoseconds = silenceNanoseconds
    self.end = end
    seenAt = now
  }

  func goesOn(at now: UInt64) -> Bool { now < end }

  /// Whether these bytes were there for so long that nobody stands behind them.
  mutating func isSilent(_ bytes: [UInt8], at now: UInt64) -> Bool {
    guard bytes == seen else {
      (seen, seenAt) = (bytes, now)
      return false
    }
    return now - seenAt >= silenceNanoseconds
  }

  /// Another may be at it by now: whatever is there is looked at for as long again.
  mutating func beginAgain(at now: UInt64) {
    seenAt = now
  }
}

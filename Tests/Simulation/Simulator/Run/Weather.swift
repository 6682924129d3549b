import Primitives

/// What goes wrong in one run, and how often: drawn once, so that runs differ in kind and not only in order.
struct Weather: Sendable {
  /// Of 10,000 calls to the tier.
  var crashCount = 0
  var pauseCount = 0
  var lostAnswerCount = 0
  var failureCount = 0
  var staleListingCount = 0
  /// Calls that take seconds, of 1,000.
  var slowCount = 0
  /// How long users do nothing between two things, at most.
  var pauseMax: UInt64 = 6_000_000_000
  /// How far listings lag behind.
  var listingLag: UInt64 = 0
  /// How far the wall clock of a process may be off.
  var clockOffsetMax: Int64 = 0
  /// How far ahead of a writer's own a clock may be (`DeltaLog.Configuration`).
  var clockSkewMax: Int64 = 5 * 60 * 1_000

  static let hour: Int64 = 3_600_000

  private init() {}

  /// Nothing goes wrong, by the same rules.
  var calm: Weather {
    var calm = Weather()
    calm.clockSkewMax = clockSkewMax
    return calm
  }

  init(_ chance: SeededRandomSource) {
    crashCount = chance.pick([0, 0, 10, 40, 120])
    pauseCount = chance.pick([0, 0, 10, 40])
    lostAnswerCount = chance.pick([0, 100, 400, 1_000])
    failureCount = chance.pick([0, 0, 30, 150])
    staleListingCount = chance.pick([0, 0, 2_000, 6_000])
    slowCount = chance.pick([0, 20, 80])
    pauseMax = chance.pick([150_000_000, 400_000_000, 3_000_000_000])
    listingLag = chance.pick([500_000_000, 5_000_000_000])
    clockOffsetMax = chance.pick([0, 1_000, 4 * 60_000, Weather.hour])
    clockSkewMax = chance.pick([5 * 60_000, 3 * Weather.hour, 3 * Weather.hour])
  }
}

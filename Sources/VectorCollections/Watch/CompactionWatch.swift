package import Primitives

/// When a service looks for deltas, compacts, rests and tells how it went. A value: it is told what happened and says
/// what is next; the one who asks does it.
///
/// - Where nothing waits, looks come further and further apart, up to `idleMost`; a compaction brings them together.
/// - After trouble it rests longer each time, up to `troubleMost`; success ends that.
/// - Every rest is between half of its length and all of it, so that services do not march in step.
package struct CompactionWatch: Sendable {
  /// In nanoseconds.
  package struct Intervals: Sendable, Equatable {
    package var idleLeast: UInt64 = 200_000_000
    package var idleMost: UInt64 = 5_000_000_000
    package var troubleLeast: UInt64 = 500_000_000
    package var troubleMost: UInt64 = 60_000_000_000
    package var report: UInt64 = 60_000_000_000

    package init() {}
  }

  package enum Action: Sendable, Equatable {
    /// Look whether something waits.
    case look
    case compact
    case rest(nanoseconds: UInt64)
    case report
  }

  /// Why a look or a compaction came to nothing, for a reason that may pass.
  package enum Trouble: Sendable {
    /// Others committed first, each time.
    case conflict
    /// Another holds the lease or the catalog, or took the lease over.
    case locked
    /// A tier failed or did not answer.
    case tier
  }

  private enum State {
    case looking, compacting
    case resting(until: UInt64)
  }

  package private(set) var metrics = CompactionMetrics()
  private let intervals: Intervals
  private let random: AnyRandomSource
  private var state = State.looking
  private var reportAt: UInt64
  private var idleRounds = 0
  private var troubleRounds = 0

  package init(_ intervals: Intervals = Intervals(), random: some RandomSource, now: UInt64) {
    self.intervals = intervals
    self.random = AnyRandomSource(random)
    reportAt = now &+ intervals.report
  }

  package mutating func next(now: UInt64) -> Action {
    if now >= reportAt {
      reportAt = now &+ intervals.report
      return .report
    }
    switch state {
    case .looking: return .look
    case .compacting: return .compact
    case .resting(let end):
      guard now < end else {
        state = .looking
        return .look
      }
      return .rest(nanoseconds: min(end, reportAt) - now)
    }
  }

  package mutating func looked(isWaiting: Bool, now: UInt64) {
    metrics.looks += 1
    troubleRounds = 0
    if isWaiting { state = .compacting } else { idle(now) }
  }

  /// - Parameter leavesMore: more waits than one compaction takes.
  package mutating func compacted(_ outcome: CompactionMetrics, leavesMore: Bool, now: UInt64) {
    metrics.add(outcome)
    troubleRounds = 0
    // What waits may wait for something else, as behind a gap: that is no reason to try all the time.
    guard outcome.versions > 0 else { return idle(now) }
    idleRounds = 0
    if leavesMore { state = .compacting } else { idle(now) }
  }

  package mutating func failed(_ trouble: Trouble, now: UInt64) {
    switch trouble {
    case .conflict: metrics.conflicts += 1
    case .locked: metrics.locked += 1
    case .tier: metrics.tierFailures += 1
    }
    state = .resting(until: now &+ rest(intervals.troubleLeast, intervals.troubleMost, troubleRounds))
    troubleRounds += 1
  }

  private mutating func idle(_ now: UInt64) {
    state = .resting(until: now &+ rest(intervals.idleLeast, intervals.idleMost, idleRounds))
    idleRounds += 1
  }

  private func rest(_ least: UInt64, _ most: UInt64, _ rounds: Int) -> UInt64 {
    var length = min(least, most)
    for _ in 0..<min(rounds, 63) where length < most { length = min(length * 2, most) }
    return length / 2 + UInt64(Double(length - length / 2) * random.unit())
  }
}

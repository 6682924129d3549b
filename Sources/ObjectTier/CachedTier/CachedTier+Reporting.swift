internal import Primitives
internal import Synchronization

extension CachedTier {
  /// Damaged objects beyond these are counted, and not told of: a bad disk has many.
  private static let toldDamageCountMax = 10

  /// Notes what a request to the cache failed with.
  func failed(_ error: TierError, _ breaker: WritableKeyPath<State, CircuitBreaker>) {
    let now = clock.nanoseconds()
    let isNews = withState { state in
      let wasAsked = state[keyPath: breaker].allows(at: now)
      if error.withoutDoubt.kind == .stalled {
        if hasWaited { state[keyPath: breaker].stalled(at: now) }
      } else {
        state[keyPath: breaker].failed(at: now)
      }
      state.counters.failed(error)
      return wasAsked && !state[keyPath: breaker].allows(at: now)
    }
    guard isNews else { return }
    let seconds = options.pauseNanoseconds / 1_000_000_000
    let what = breaker == \.reading ? "the cache is left alone" : "nothing is put into the cache"
    report("\(what) for \(seconds) s: \(error)")
  }

  /// Whether a request that got no answer was given time for one. As much was waited as is left now: a request gets
  /// half.
  private var hasWaited: Bool {
    deadline.nanosecondsLeft(on: clock).map { $0 >= CachedTier.silenceNanoseconds } ?? true
  }

  private static let silenceNanoseconds: UInt64 = 500_000_000

  func tellOfDamage(_ text: String) {
    let count = withState { state in
      state.toldDamageCount += 1
      return state.toldDamageCount
    }
    if count <= CachedTier.toldDamageCountMax { report(text) }
    if count == CachedTier.toldDamageCountMax { report("further objects that do not verify are only counted") }
  }
}

extension CacheCounters {
  mutating func failed(_ error: TierError) {
    failures += 1
    lastFailure = error.description
  }
}

package import Primitives
package import SnapshotFormat
internal import Synchronization

/// A store whose immutable objects are read through a cache, and put there on the way.
///
/// - To its callers it is the origin: writes are done when the origin has them, and everything that moves — heads,
///   deltas, intents, listings — comes from the origin alone.
/// - Packs, manifests and versions are read from the cache first. An object that is not there is copied whole.
/// - The cache never fails a call: what is missing, torn or unreadable in it is counted, set aside where it can be, and
///   had from the origin. A cache that goes on failing is left alone for a while.
/// - What is copied into the cache is looked at first, by `Options.isSound`. What is read is not verified here: the
///   caller checks every byte against a digest and calls `invalidate` when one does not agree.
package final class CachedTier: ObjectTier {
  package struct Options: Sendable {
    /// Failures in a row after which the cache is left alone.
    package var failureCountMax = 3
    package var pauseNanoseconds: UInt64 = 30_000_000_000
    /// Whether objects are copied into the cache.
    package var fills = true
    /// Objects copied at the same time; each is held in memory.
    package var fillCountMax = 2
    /// So often whoever copies an object says that it is still at it.
    package var beatNanoseconds: UInt64 = 1_000_000_000
    /// Who says nothing for so long is gone, and another takes over.
    package var silenceNanoseconds: UInt64 = 5_000_000_000
    /// For so long an object that other processes copy is waited for; then it is copied by who waited, too.
    package var claimNanoseconds: UInt64 = 120_000_000_000
    /// Bytes one request to the origin asks for while an object is copied.
    package var fillPieceByteCount = 8 << 20
    /// Whether bytes that the origin gave are what was written under a name, as far as they can tell by themselves.
    package var isSound: @Sendable (ObjectKey, [UInt8]) -> Bool = { _, _ in true }
    /// Begins the thread of a claim. Without one to be had it is a claim that soon nobody believes.
    package var beginThread: @Sendable (@escaping @Sendable () -> Void) -> Void = { BlockingThread($0)?.detach() }

    package init() {}
  }

  struct State: Sendable {
    var counters = CacheCounters()
    var reading: CircuitBreaker
    var filling: CircuitBreaker
    var distrusted = DistrustedKeys()
    var toldDamageCount = 0
  }

  let origin: any ObjectTier
  /// Not bounded: `boundedCache` is what is asked.
  private let cache: any ObjectTier
  let options: Options
  let clock: any MonotonicClock
  let random: any RandomSource
  private let shared: Shared
  /// Is told, in words, of what people may want to look at.
  let report: @Sendable (String) -> Void
  let deadline: Deadline
  /// When other processes are waited for no longer: half of the time is for reading.
  let waitsUntil: UInt64

  /// Shared by the tier and what is bounded of it.
  private final class Shared: Sendable {
    let state: Mutex<State>
    let lanes: [FillLane]

    init(_ options: Options) {
      let breaker = CircuitBreaker(
        failureCountMax: options.failureCountMax, pauseNanoseconds: options.pauseNanoseconds)
      state = Mutex(State(reading: breaker, filling: breaker))
      lanes = (0..<max(1, options.fillCountMax)).map { _ in FillLane() }
    }
  }

  package convenience init(
    origin: any ObjectTier, cache: any ObjectTier, options: Options = Options(), clock: any MonotonicClock,
    random: any RandomSource, report: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.init(origin, cache, options, clock, random, Shared(options), report, .never)
  }

  private init(
    _ origin: any ObjectTier, _ cache: any ObjectTier, _ options: Options, _ clock: any MonotonicClock,
    _ random: any RandomSource, _ shared: Shared, _ report: @escaping @Sendable (String) -> Void, _ deadline: Deadline
  ) {
    self.origin = origin
    self.cache = cache
    self.options = options
    self.clock = clock
    self.random = random
    self.shared = shared
    self.report = report
    self.deadline = deadline
    let left = deadline.nanosecondsLeft(on: clock)
    waitsUntil = left.map { clock.nanoseconds() + $0 / 2 } ?? .max
  }

  package func bounded(by deadline: Deadline) -> any ObjectTier {
    CachedTier(
      origin.bounded(by: deadline), cache, options, clock, random, shared, report, self.deadline.earlier(deadline))
  }

  /// The cache for one request. One that does not answer may cost half of what is left: the rest is for the origin. A
  /// claim is taken back also when nothing is left.
  var boundedCache: any ObjectTier {
    guard let left = deadline.nanosecondsLeft(on: clock) else { return cache }
    return cache.bounded(by: Deadline(seconds: max(Double(left) / 2e9, CachedTier.leastSeconds), from: clock))
  }

  private static let leastSeconds = 0.1

  var cacheLocation: String { cache.location }

  var lanes: [FillLane] { shared.lanes }

  /// What a call changes of the state, or learns of it, one at a time.
  func withState<Value>(_ body: (inout State) -> Value) -> Value { shared.state.withLock { body(&$0) } }

  package var role: TierRole { origin.role }
  package var location: String { origin.location }
  package var callsAtOnce: Int { origin.callsAtOnce }

  /// The counts up to now.
  package var counters: CacheCounters { withState { $0.counters } }

  /// Whether the cache is being asked at the moment.
  package var cacheIsUp: Bool {
    let now = clock.nanoseconds()
    return withState { !$0.distrusted.distrustsAll && $0.reading.allows(at: now) }
  }
}

extension ObjectKey {
  /// Whether the object never changes and everything in it is checked against a digest kept elsewhere.
  package var isCacheable: Bool {
    string.hasPrefix("packs/") || string.hasPrefix("manifests/") || string.hasPrefix("versions/")
  }
}

package import Primitives
package import SnapshotFormat

/// How long and how often a commit is tried.
///
/// The first attempt that lost a race is repeated soon, after `firstBackoffSeconds`: the work of phase 1 is mostly
/// done, and the one who won is gone. Each further one waits four times as long, up to `baseBackoffSeconds`.
package struct CommitPolicy: Sendable, Equatable {
  /// How often phase 1 is begun in all (`SNAPCTL_LOCK_MAX_ATTEMPTS`).
  package var attemptCountMax = 5
  /// The longest wait between two attempts, before jitter (`SNAPCTL_LOCK_BASE_BACKOFF_SECONDS`).
  package var baseBackoffSeconds = 2.0
  package var firstBackoffSeconds = 0.01
  /// A wait of s seconds becomes one of s … s·(1 + this), evenly (`SNAPCTL_LOCK_JITTER_FACTOR`).
  package var jitterFactor = 1.0
  /// How long a process waits for its turn at the catalog's database, and for a lease (`SNAPCTL_LOCK_TIMEOUT_SECONDS`).
  package var lockTimeoutSeconds = 60.0
  /// For so long a lease counts after its last beat (`SNAPCTL_LOCK_TTL_SECONDS`).
  package var leaseSecondsToLive = 10.0
  /// How long a lost answer is looked for, from the first doubt on, before the outcome counts as unknown.
  package var settleSeconds = 30.0
  /// How often one attempt may be merged onto a newer head.
  package var mergeCountMax = 256

  package init() {}

  /// The time to live of leases, within the bounds of the format.
  package var leaseMilliseconds: UInt32 {
    let range = Lease.timeToLiveMilliseconds
    let milliseconds = min(max(leaseSecondsToLive * 1_000, Double(range.lowerBound)), Double(range.upperBound))
    return UInt32(milliseconds)
  }

  /// For changes whose phase 1 costs nothing, such as a tag: many attempts, short waits.
  package var forSmallChanges: CommitPolicy {
    var policy = self
    policy.attemptCountMax = max(attemptCountMax, 64)
    policy.baseBackoffSeconds = min(baseBackoffSeconds, 0.16)
    return policy
  }

  /// The wait after the `round`-th failure, counted from 1.
  package func backoffNanoseconds(round: Int, random: some RandomSource) -> UInt64 {
    var seconds = min(firstBackoffSeconds, baseBackoffSeconds)
    for _ in 1..<max(round, 1) where seconds < baseBackoffSeconds { seconds = min(seconds * 4, baseBackoffSeconds) }
    seconds *= 1 + max(jitterFactor, 0) * random.unit()
    return UInt64(min(max(seconds, 0), 3_600) * 1e9)
  }
}

/// The policy of commits, with the clocks and the randomness they use.
package struct CommitSettings: Sendable {
  package var policy: CommitPolicy
  package let clock: any MonotonicClock
  package let wallClock: any WallClock
  package let random: any RandomSource
  /// Who commits: free text for people, in intents.
  package var owner = ""
  /// Is told of each decision, and of the heads that it was made on: the base and the newest.
  package var decided: @Sendable (CommitDecision, _ base: Head, _ newest: Head) -> Void = { _, _, _ in }

  package init(
    policy: CommitPolicy = CommitPolicy(), clock: any MonotonicClock, wallClock: any WallClock,
    random: any RandomSource
  ) {
    self.policy = policy
    self.clock = clock
    self.wallClock = wallClock
    self.random = random
  }

  /// Waits before the next round, never beyond the deadline.
  package func pause(round: Int, until deadline: Deadline) {
    let wait = policy.backoffNanoseconds(round: round, random: random)
    clock.sleep(nanoseconds: min(wait, deadline.nanosecondsLeft(on: clock) ?? wait))
  }
}

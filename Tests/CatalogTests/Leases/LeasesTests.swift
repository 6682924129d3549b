import Catalog
import ObjectTier
import Primitives
import SnapshotFormat
import Synchronization
import Testing

/// Leases over every catalog.
@Suite struct LeasesTests {
  private let directory = TemporaryDirectory()
  private let tier = MemoryTier()
  private let clock = ManualClock()

  private func writer(
    _ backend: Backend, _ owner: String = "one", seed: UInt64 = 5, _ edit: (inout CommitPolicy) -> Void = { _ in }
  ) throws -> LeaseWriter {
    if try HeadLine(tier, Samples.words).newest() == nil { _ = try Samples.fill(tier, versions: 1, kind: .vectors) }
    return LeaseWriter(backend.catalog(tier, in: directory, seed: seed), clock, owner: owner, seed: seed, edit)
  }

  private var headToken: UInt64 {
    get throws { try HeadLine(tier, Samples.words).existing().fences.leaseToken }
  }

  private func isLocked(_ body: () throws(CatalogError) -> Void) -> Bool {
    do throws(CatalogError) { try body() } catch { if case .locked = error { return true } }
    return false
  }

  @Test(arguments: Backend.allCases)
  func `a holder that beats is never taken over, and who waits too long is told who it is`(backend: Backend) throws {
    let holder = try writer(backend, "holder")
    let held = Mutex(try holder.acquire().lease)
    let other = try writer(backend, "other", seed: 6) { $0.lockTimeoutSeconds = 45 }
    let started = clock.nanoseconds()
    let error = #expect(throws: CatalogError.self) {
      try other.leases.acquire(deadline: .never) {
        held.withLock { lease in if let next = try? holder.leases.beat(lease) { lease = next } }
        return false
      }
    }
    guard case .locked(let reason) = error else { throw error ?? .timedOut("nothing thrown") }
    #expect(reason.contains("holder") && reason.contains("token 1"))
    #expect((45...46).contains((clock.nanoseconds() - started) / 1_000_000_000))
    #expect(try headToken == 0)
  }

  @Test(arguments: Backend.allCases)
  func `a holder that sleeps is taken over, and its commit is fenced`(backend: Backend) throws {
    let (sleeper, other) = (try writer(backend, "sleeper"), try writer(backend, "other", seed: 6))
    let slept = try sleeper.acquire()
    let acquired = try other.acquire()
    #expect(acquired.isTakeover && acquired.lease.token == 2 && acquired.waitedMilliseconds >= 10_000)
    #expect(try headToken == 2)
    var known = slept.head
    #expect(try sleeper.leases.fence(of: slept.lease, known: &known) == 2)
    let transaction = CommitTransaction(
      backend.catalog(tier, in: directory), Samples.words, settings: sleeper.leases.settings, deadline: .never)
    let late = Proposal([.compact(Samples.newVersion(9))], leaseToken: slept.lease.token)
    #expect(throws: CatalogError.fenced(Samples.words, token: 1, higher: 2)) {
      try transaction.commit(late, base: slept.head)
    }
    // Its base is old, so it looks again; so does one that looked right before.
    let current = try HeadLine(tier, Samples.words).existing()
    #expect(throws: CatalogError.fenced(Samples.words, token: 1, higher: 2)) {
      try transaction.commit(late, base: current)
    }
    #expect(try HeadLine(tier, Samples.words).existing().newestVersion == 1)
  }

  @Test(arguments: Backend.allCases) func `a beat of one who was fenced bothers nobody`(backend: Backend) throws {
    let (sleeper, other) = (try writer(backend, "sleeper"), try writer(backend, "other", seed: 6))
    let slept = try sleeper.acquire()
    let acquired = try other.acquire()
    _ = try sleeper.leases.beat(slept.lease)
    let sighting = try other.leases.look()
    #expect(sighting.holders == [.lease(acquired.lease)])
    try sleeper.release(slept)
    #expect(try other.leases.look().holders == [.lease(acquired.lease)])
  }

  @Test(arguments: Backend.allCases) func `a lease that is broken fences its holder and is free`(backend: Backend)
    throws
  {
    let (holder, other) = (try writer(backend, "holder"), try writer(backend, "other", seed: 6))
    let held = try holder.acquire()
    #expect(try other.leases.breakHold(deadline: .never) == 2)
    var known = held.head
    #expect(try holder.leases.fence(of: held.lease, known: &known) == 2)
    let next = try other.acquire()
    #expect(next.lease.token == 3 && !next.isTakeover && next.waitedMilliseconds < 100)
  }

  @Test(arguments: Backend.allCases)
  func `tokens rise over releases, and the totals go on`(backend: Backend) throws {
    let writer = try writer(backend)
    for token in 1...3 as ClosedRange<UInt64> {
      let acquired = try writer.acquire()
      #expect(acquired.lease.token == token && acquired.lease.totals.acquired == token)
      #expect(acquired.lease.totals.heldMilliseconds == (token - 1) * 5 && !acquired.isTakeover)
      try writer.release(acquired)
    }
    #expect(try headToken == 0)
    #expect(try writer.leases.look().listed == [3])
  }

  @Test(arguments: Backend.allCases)
  func `a takeover that dies before its lease is created keeps nobody waiting`(backend: Backend) throws {
    let writer = try writer(backend)
    _ = try writer.acquire()
    try Samples.intrude(tier, [.lease(token: 2)])
    let acquired = try writer.acquire()
    #expect(acquired.lease.token == 3 && acquired.waitedMilliseconds < 100)
  }

  @Test func `who sleeps before the create, while others come and go, takes no token that was had before`() throws {
    let others = try writer(.directory)
    let asleep = SleepyClock(clock) {
      for _ in 0..<2 { if let had = try? others.acquire() { try? others.release(had) } }
    }
    let settings = CommitSettings(clock: clock, wallClock: asleep, random: SeededRandomSource(seed: 7))
    let leases = Leases(Backend.directory.catalog(tier, in: directory), Samples.words, settings: settings)
    #expect(try leases.acquire(deadline: .never).lease.token == 3)
  }

  @Test(arguments: Backend.allCases) func `a create whose answer is lost is read back`(backend: Backend) throws {
    let writer = try writer(backend)
    tier.scheduleLeases([.lostButLanded])
    #expect(try writer.acquire().lease.token == 1)
    #expect(try writer.leases.look().holders.count == 1)
  }

  @Test(arguments: Backend.allCases)
  func `a create that is lost, or lands later, is given up for the next token`(backend: Backend) throws {
    let writer = try writer(backend)
    tier.scheduleLeases([.lost])
    let first = try writer.acquire()
    #expect(first.lease.token == 2)
    try writer.release(first)
    tier.scheduleLeases([.landsLater(calls: 3)])
    let second = try writer.acquire()
    #expect(second.lease.token > 3)
  }

  @Test func `others that are faster each time end the attempts`() throws {
    let writer = try writer(.directory) { $0.attemptCountMax = 3 }
    for token in 1...9 as ClosedRange<UInt64> { tier.hide(.lease(Samples.words, token: token)) }
    #expect(isLocked { () throws(CatalogError) in _ = try writer.acquire() })
    #expect(tier.creates.filter { $0.string.hasPrefix("leases/") }.count == 3)
  }

  @Test func `a wait that is told to stop ends`() throws {
    let (holder, other) = (try writer(.directory), try writer(.directory, "other", seed: 6))
    _ = try holder.acquire()
    #expect(isLocked { () throws(CatalogError) in _ = try other.leases.acquire(deadline: .never) { true } })
  }

  @Test(arguments: Backend.allCases) func `of many at once each holds it alone`(backend: Backend) throws {
    _ = try Samples.fill(tier, versions: 1, kind: .vectors)
    let (tier, directory) = (tier, directory)
    let state = Mutex((holders: 0, most: 0, tokens: [UInt64](), failures: [String]()))
    inThreads(6) { thread in
      var policy = CommitPolicy()
      (policy.attemptCountMax, policy.baseBackoffSeconds, policy.leaseSecondsToLive) = (500, 0.02, 30)
      let settings = CommitSettings(
        policy: policy, clock: SystemClock(), wallClock: SystemClock(),
        random: SeededRandomSource(seed: UInt64(thread) + 1))
      let leases = Leases(backend.catalog(tier, in: directory, seed: UInt64(thread)), Samples.words, settings: settings)
      for _ in 0..<8 {
        do {
          let acquired = try leases.acquire(deadline: .never)
          state.withLock { state in
            state.holders += 1
            state.most = max(state.most, state.holders)
            state.tokens.append(acquired.lease.token)
          }
          SystemClock().sleep(nanoseconds: 500_000)
          state.withLock { $0.holders -= 1 }
          try leases.release(acquired.lease, heldMilliseconds: 0)
        } catch { state.withLock { $0.failures.append("\(error)") } }
      }
    }
    let (_, most, tokens, failures) = state.withLock { $0 }
    #expect(failures == [] && most == 1 && tokens.count == 48)
    #expect(zip(tokens, tokens.dropFirst()).allSatisfy { $0 < $1 })
  }
}

/// A clock whose first look lasts until others have done something.
private final class SleepyClock: WallClock {
  private let clock: ManualClock
  private let meanwhile: Mutex<(@Sendable () -> Void)?>

  init(_ clock: ManualClock, meanwhile: @escaping @Sendable () -> Void) {
    self.clock = clock
    self.meanwhile = Mutex(meanwhile)
  }

  func now() -> Timestamp {
    let body = meanwhile.withLock { meanwhile in
      defer { meanwhile = nil }
      return meanwhile
    }
    body?()
    return clock.now()
  }
}

import Catalog
import DirectoryCatalog
import ObjectTier
import Primitives
import SnapshotFormat
import Testing

/// What a commit makes of answers that do not come (formats/head.md §4).
@Suite struct LostAnswerTests {
  private let tier = MemoryTier()
  private let clock = ManualClock()

  private func commit(
    _ backend: Backend = .directory, basis: Proposal.Basis = .version(1), seed: UInt64 = 5
  ) throws(CatalogError) -> Head {
    let settings = CommitSettings(clock: clock, wallClock: clock, random: SeededRandomSource(seed: seed))
    let directory = TemporaryDirectory()
    let transaction = CommitTransaction(
      backend.catalog(tier, in: directory), Samples.words, settings: settings,
      deadline: Deadline(seconds: 20, from: clock))
    do throws(CommitFailure<CatalogError>) {
      return try transaction.retrying { (base) throws(CatalogError) in
        Proposal([.create(Samples.newVersion(2))], basis: basis, intent: IntentIdentifier(value: 3))
      }.head
    } catch {
      throw error.error
    }
  }

  private func headKeys() -> [ObjectKey] { tier.creates.filter { $0.string.hasPrefix("heads/") } }

  @Test(arguments: Backend.allCases)
  func `an answer that never comes leaves the outcome unknown, at one number, with how to find out`(
    backend: Backend
  ) throws {
    let base = try Samples.fill(tier, versions: 1)
    tier.schedule([], ever: .lost)
    let error = #expect(throws: CatalogError.self) { try commit(backend) }
    guard case .outcomeUnknown(let outcome) = error else { throw error ?? .timedOut("no error") }
    #expect(outcome.revision == base.revision + 1 && "\(outcome)".contains("\(outcome.writeIdentifier)"))
    let sent = headKeys().dropFirst(2)
    #expect(sent.count > 3 && Set(sent).count == 1)
  }

  @Test func `what was sent again is the same bytes, so that a late landing is the same commit`() throws {
    _ = try Samples.fill(tier, versions: 1)
    for calls in 0..<12 {
      let before = try HeadLine(tier, Samples.words).existing()
      tier.schedule([.landsLater(calls: calls)])
      let head = try commit(basis: .anyVersion, seed: UInt64(calls))
      #expect(head.revision == before.revision + 1, "\(calls) calls")
      #expect(try HeadLine(tier, Samples.words).existing() == head)
    }
  }

  @Test(arguments: Backend.allCases) func `a write that landed unheard is found by its mark`(backend: Backend) throws {
    let base = try Samples.fill(tier, versions: 1)
    tier.schedule([.lostButLanded])
    #expect(try commit(backend).revision == base.revision + 1)
    #expect(headKeys().count == 3)
  }

  @Test(arguments: Backend.allCases)
  func `a head whose directory could not be synced is never acknowledged, and not sent again`(
    backend: Backend
  ) throws {
    let base = try Samples.fill(tier, versions: 1)
    tier.schedule([.landsUnsynced])
    let error = #expect(throws: CatalogError.self) { try commit(backend) }
    guard case .outcomeUnknown(let outcome) = error else { throw error ?? .timedOut("no error") }
    #expect(outcome.revision == base.revision + 1)
    #expect(headKeys().count == 3)
  }

  @Test func `a head that could not be synced and not be read stays in doubt`() throws {
    _ = try Samples.fill(tier, versions: 1)
    tier.schedule([.fails(.unsynced(isFull: false))])
    let error = #expect(throws: CatalogError.self) { try commit() }
    guard case .outcomeUnknown = error else { throw error ?? .timedOut("no error") }
  }

  @Test func `an object that could not be synced is given up, there or not`() throws {
    let settings = CommitSettings(clock: clock, wallClock: clock, random: SeededRandomSource(seed: 5))
    let key = ObjectKey.head(Samples.words, revision: 1)
    tier.schedule([.landsUnsynced])
    let error = #expect(throws: CatalogError.self) { try tier.settle(key, [1], settings: settings, deadline: .never) }
    #expect(error?.isUnsynced == true)
    #expect(tier.creates == [key])
  }

  @Test(arguments: Backend.allCases) func `a write that was lost is sent again`(backend: Backend) throws {
    let base = try Samples.fill(tier, versions: 1)
    tier.schedule([.lost, .lost, .lost])
    #expect(try commit(backend).revision == base.revision + 1)
  }

  @Test(arguments: [TierError.Kind.failed, .denied, .noSpace(missing: 7)])
  func `a sure failure is the tier's own, and nothing is published`(kind: TierError.Kind) throws {
    let base = try Samples.fill(tier, versions: 1)
    tier.schedule([.fails(kind)])
    let error = #expect(throws: CatalogError.self) { try commit() }
    guard case .tier(let cause) = error else { throw error ?? .timedOut("no error") }
    #expect(cause.kind == kind)
    #expect(try HeadLine(tier, Samples.words).existing() == base)
  }

  @Test(arguments: Backend.allCases)
  func `a sure failure is one even where nothing can be read back, and is sent once`(backend: Backend) throws {
    let base = try Samples.fill(tier, versions: 1)
    tier.schedule([.failsUnsent])
    tier.failReads(after: 1)
    let error = #expect(throws: CatalogError.self) { try commit(backend) }
    guard case .tier(let cause) = error else { throw error ?? .timedOut("no error") }
    #expect(cause.kind == .stalled && cause.cause == .failed)
    tier.failReads(0)
    #expect(try HeadLine(tier, Samples.words).existing() == base)
    #expect(headKeys().count == 3)
  }

  @Test func `a doubt about what cannot be looked at lasts as long as doubts do, and no longer`() throws {
    _ = try Samples.fill(tier, versions: 1)
    let slow = SlowTier(seconds: 30, clock: clock)
    let settings = CommitSettings(clock: clock, wallClock: clock, random: SeededRandomSource(seed: 5))
    let transaction = CommitTransaction(DirectoryCatalog(slow), Samples.words, settings: settings, deadline: .never)
    let base = try HeadLine(tier, Samples.words).existing()
    let began = clock.nanoseconds()
    let error = #expect(throws: CatalogError.self) {
      try transaction.commit(Proposal([.policy(key: "a", value: "b")]), base: base)
    }
    guard case .outcomeUnknown = error else { throw error ?? .timedOut("no error") }
    #expect(clock.nanoseconds() - began < 61_000_000_000)
  }

  @Test func `after a stall that cannot be read back a sure failure leaves the doubt, and it is settled`() throws {
    let base = try Samples.fill(tier, versions: 1)
    tier.schedule([.fails(.stalled), .fails(.failed)])
    let settings = CommitSettings(clock: clock, wallClock: clock, random: SeededRandomSource(seed: 5))
    let transaction = CommitTransaction(
      DirectoryCatalog(tier), Samples.words, settings: settings, deadline: Deadline(seconds: 20, from: clock))
    tier.failReads(1)
    let step = try transaction.commit(Proposal([.policy(key: "a", value: "b")]), base: base)
    guard case .committed(let head, _) = step else { throw CatalogError.timedOut("not committed") }
    #expect(head.revision == base.revision + 1)
  }

  @Test func `after one lost answer no later failure counts as sure`() throws {
    _ = try Samples.fill(tier, versions: 1)
    tier.schedule([.lost], ever: .fails(.denied))
    let error = #expect(throws: CatalogError.self) { try commit() }
    guard case .outcomeUnknown = error else { throw error ?? .timedOut("no error") }
  }

  @Test func `a number that another took while the answer was lost is the other's`() throws {
    let base = try Samples.fill(tier, versions: 1)
    let rival = try base.applying([.create(Samples.newVersion(8))], mark: Samples.mark(80))
    let bytes = try rival.encoded().bytes
    tier.schedule([.lost, .overtaken]) { _ in bytes }
    let error = #expect(throws: CatalogError.self) { try commit() }
    #expect(error == .conflict(Conflict(collection: Samples.words, expected: 1, head: rival)))
    tier.schedule([.lost])
    #expect(try commit(basis: .anyVersion).newestVersion == 3)
  }

  @Test func `a rival that does not verify is damage, and nobody writes past it`() throws {
    let base = try Samples.fill(tier, versions: 1)
    tier.schedule([.overtaken]) { _ in [1, 2, 3] }
    let error = #expect(throws: CatalogError.self) { try commit() }
    guard case .damaged(let key, _) = error else { throw error ?? .timedOut("no error") }
    #expect(key.number == base.revision + 1 && headKeys().count == 3)
  }

  @Test func `a read-back that fails is tried again`() throws {
    let base = try Samples.fill(tier, versions: 1)
    tier.schedule([.lostButLanded])
    let settings = CommitSettings(clock: clock, wallClock: clock, random: SeededRandomSource(seed: 5))
    let transaction = CommitTransaction(
      DirectoryCatalog(tier), Samples.words, settings: settings, deadline: Deadline(seconds: 20, from: clock))
    tier.failReads(2)
    let step = try transaction.commit(Proposal([.policy(key: "a", value: "b")]), base: base)
    guard case .committed(let head, _) = step else { throw CatalogError.timedOut("not committed") }
    #expect(try HeadLine(tier, Samples.words).existing() == head)
  }

  /// Random schedules against a line: what was acknowledged is there once, what was refused is not.
  @Test func `under any schedule a commit is there once when it succeeds, and not when it fails`() throws {
    let seed: UInt64 = 0xFA17
    print("seed \(seed)")
    let random = SeededRandomSource(seed: seed)
    _ = try Samples.fill(tier, versions: 1)
    let faults: [MemoryTier.Fault] = [
      .lostButLanded, .lost, .landsLater(calls: 1), .landsLater(calls: 4), .fails(.failed), .fails(.stalled),
    ]
    for round in 0..<400 {
      let before = try HeadLine(tier, Samples.words).existing()
      tier.schedule((0..<(random.next() % 5)).map { _ in faults[Int(random.next() % UInt64(faults.count))] })
      let result = Result { try commit(basis: .anyVersion, seed: random.next()) }
      tier.schedule([])
      let after = try HeadLine(tier, Samples.words).existing()
      switch result {
      case .success(let head):
        #expect(after == head && head.revision == before.revision + 1, "round \(round), seed \(seed)")
      case .failure(let error as CatalogError):
        guard case .tier = error else { throw error }
        #expect(after == before, "round \(round), seed \(seed): \(error)")
      case .failure(let error): throw error
      }
    }
  }
}

import Catalog
import Primitives
import SnapshotFormat
import Testing

/// The conflict table (formats/head.md §3), line by line.
@Suite struct CommitDecisionTests {
  private let tier = MemoryTier()
  private static let stable = TagName("stable")!
  private static let hold = Hold(version: 1, until: nil, label: "audit")
  private static let delta = QuarantinedDelta(producer: ProducerName("p")!, sequence: 1, digest: .zero, reason: "")

  private func decide(_ proposal: Proposal, since changes: [HeadChange]) throws -> CommitDecision {
    let base = try Samples.fill(tier, versions: 2)
    var newest = base
    for change in changes { newest = try newest.applying([change], mark: Samples.mark(70)) }
    return proposal.decide(base: base, newest: newest)
  }

  private let create = Proposal([.create(Samples.newVersion(3))], basis: .version(2))
  private let stacked = Proposal([.create(Samples.newVersion(3))], basis: .anyVersion)
  private let compact = Proposal([.compact(Samples.newVersion(3))])
  private let tag = Proposal([.tag(stable, version: 1)])

  @Test(arguments: [HeadChange.create(Samples.newVersion(9)), .compact(Samples.newVersion(9))])
  func `a version that came since stops a create, starts a function of the base again, and carries a stacked one`(
    change: HeadChange
  ) throws {
    #expect(try decide(create, since: [change]) == .conflict(expected: 2))
    #expect(try decide(compact, since: [change]) == .prepareAgain(.versionsMoved))
    #expect(try decide(tag, since: [change]) == .prepareAgain(.versionsMoved))
    #expect(try decide(stacked, since: [change]) == .build)
  }

  @Test func `a create from an older version conflicts before anybody else commits`() throws {
    #expect(
      try decide(Proposal([.create(Samples.newVersion(3))], basis: .version(1)), since: []) == .conflict(expected: 1))
  }

  @Test(arguments: [
    HeadChange.tag(stable, version: 1), .hold(hold), .policy(key: "keep-last", value: "2"), .quarantine([delta]),
    .lease(token: 3), .fence(gcEpoch: 0, leastIntentEpoch: 0), .retain(from: 2),
  ])
  func `tags, holds, policies, leases, retention since the base carry a create`(change: HeadChange) throws {
    #expect(try decide(create, since: [change]) == .build)
    #expect(try decide(stacked, since: [change]) == .build)
    let expected = change.action == .quarantine ? CommitDecision.prepareAgain(.dependencyChanged) : .build
    #expect(try decide(compact, since: [change]) == expected)
  }

  @Test func `a fence that raised the epoch starts again whoever brings a version, and nobody else`() throws {
    let fence = HeadChange.fence(gcEpoch: 1, leastIntentEpoch: 0)
    for proposal in [create, stacked, compact] {
      #expect(try decide(proposal, since: [fence]) == .prepareAgain(.epochRose))
    }
    #expect(try decide(tag, since: [fence]) == .build)
  }

  @Test func `an intent older than the least one starts again`() throws {
    let old = Proposal([.tag(Self.stable, version: 1)], intentEpoch: 4)
    let fence = { HeadChange.fence(gcEpoch: $0, leastIntentEpoch: $0) }
    #expect(try decide(old, since: [fence(5)]) == .prepareAgain(.intentTooOld))
    #expect(try decide(old, since: [fence(4)]) == .build)
  }

  @Test func `a higher token fences whoever holds a lower one, before anything else is looked at`() throws {
    let changes = [HeadChange.lease(token: 6), .create(Samples.newVersion(9))]
    let holder = Proposal([.create(Samples.newVersion(3))], basis: .version(2), leaseToken: 5)
    #expect(try decide(holder, since: changes) == .fenced(token: 5, higher: 6))
    let same = Proposal([.compact(Samples.newVersion(3))], leaseToken: 6)
    #expect(try decide(same, since: [changes[0]]) == .build)
  }

  /// Whoever depends on what was changed works it out again; whoever does not is merged.
  @Test(arguments: [
    (HeadChange.tag(stable, version: 1), HeadChange.tag(stable, version: 2), true),
    (.untag(stable), .tag(stable, version: 2), true),
    (.tag(TagName("other")!, version: 1), .tag(stable, version: 2), false),
    (.tag(stable, version: 1), .retain(from: 2), true),
    (.tag(stable, version: 1), .hold(hold), false),
    (.hold(hold), .hold(Hold(version: 1, until: nil, label: "other")), false),
    (.hold(hold), .hold(hold), true),
    (.release(version: 1, label: "audit"), .hold(hold), true),
    (.retain(from: 2), .hold(hold), true),
    (.retain(from: 2), .tag(stable, version: 1), true),
    (.retain(from: 2), .lease(token: 2), false),
    (.policy(key: "a", value: "1"), .policy(key: "a", value: "2"), true),
    (.policy(key: "a", value: "1"), .policy(key: "b", value: "2"), false),
    (.quarantine([delta]), .quarantine([delta]), true),
    (.lease(token: 9), .lease(token: 8), true),
    (.fence(gcEpoch: 1, leastIntentEpoch: 0), .lease(token: 8), false),
    (.oldestRecord(7), .quarantine([delta]), false),
  ])
  func `small changes depend on their own matter alone`(mine: HeadChange, since: HeadChange, isAgain: Bool) throws {
    let expected = isAgain ? CommitDecision.prepareAgain(.dependencyChanged) : .build
    #expect(try decide(Proposal([mine]), since: [since]) == expected)
  }
}

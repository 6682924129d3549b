import Catalog
import DirectoryCatalog
import ObjectTier
import Primitives
import SnapshotFormat
import Testing

@Suite struct CommitTransactionTests {
  let tier = MemoryTier()
  let clock = ManualClock()

  func transaction(_ edit: (inout CommitPolicy) -> Void = { _ in }, deadline seconds: Double = 100) -> CommitTransaction
  {
    var policy = CommitPolicy()
    edit(&policy)
    let settings = CommitSettings(
      policy: policy, clock: clock, wallClock: clock, random: SeededRandomSource(seed: 11))
    return CommitTransaction(
      DirectoryCatalog(tier), Samples.words, settings: settings, deadline: Deadline(seconds: seconds, from: clock))
  }

  private func catalogError(_ body: () throws -> Void) -> CatalogError? {
    do { try body() } catch let error as CommitFailure<CatalogError> { return error.error } catch {}
    return nil
  }

  @Test func `a create whose base was overtaken publishes nothing and shows the head that won`() throws {
    _ = try Samples.fill(tier, versions: 2)
    let error = catalogError {
      _ = try transaction().retrying { (base) throws(CatalogError) in
        _ = try? Samples.intrude(tier, [.create(Samples.newVersion(3))])
        return Proposal([.create(Samples.newVersion(30))], basis: .version(base.newestVersion))
      }
    }
    let head = try HeadLine(tier, Samples.words).existing()
    #expect(error == .conflict(Conflict(collection: Samples.words, expected: 2, head: head)))
    #expect(head.newestVersion == 3 && head.rows[2].recordCount == 3)
  }

  @Test func `a compaction that always comes second gives up after its attempts, and published nothing`() throws {
    _ = try Samples.fill(tier, versions: 1)
    var begun = 0
    let error = catalogError {
      _ = try transaction { $0.attemptCountMax = 4 }.retrying { (base) throws(CatalogError) in
        begun += 1
        _ = try? Samples.intrude(tier, [.compact(Samples.newVersion(5))])
        return Proposal([.compact(Samples.newVersion(40))])
      }
    }
    #expect(error == .contended(Samples.words, attempts: 4))
    #expect(begun == 4)
    #expect(try HeadLine(tier, Samples.words).existing().rows.allSatisfy { $0.recordCount != 40 })
  }

  @Test func `a compaction that came second once works on the new base`() throws {
    _ = try Samples.fill(tier, versions: 1)
    var bases: [UInt64] = []
    let outcome = try transaction().retrying { (base) throws(CatalogError) in
      if bases.isEmpty { _ = try? Samples.intrude(tier, [.create(Samples.newVersion(5))]) }
      bases.append(base.newestVersion)
      return Proposal([.compact(Samples.newVersion(40))])
    }
    #expect(bases == [1, 2])
    guard case .committed(let committed) = outcome else { throw CatalogError.timedOut("not committed") }
    #expect(committed.row?.version == 3 && committed.attempts == 2)
  }

  @Test func `a version is merged onto a tag that came in between, and both are there`() throws {
    _ = try Samples.fill(tier, versions: 1)
    let tag = TagName("stable")!
    let outcome = try transaction().retrying { (base) throws(CatalogError) in
      _ = try? Samples.intrude(tier, [.tag(tag, version: 1)])
      return Proposal([.create(Samples.newVersion(4)), .tagNewest(TagName("mine")!)], basis: .version(1))
    }
    guard case .committed(let committed) = outcome else { throw CatalogError.timedOut("not committed") }
    #expect(committed.merges == 1 && committed.attempts == 1 && committed.head.revision == 4)
    #expect(committed.head.version(tagged: tag) == 1 && committed.head.version(tagged: TagName("mine")!) == 2)
  }

  @Test func `an older base is stacked on top when the user says so`() throws {
    _ = try Samples.fill(tier, versions: 2)
    let outcome = try transaction().retrying { (base) throws(CatalogError) in
      _ = try? Samples.intrude(tier, [.create(Samples.newVersion(3))])
      return Proposal([.create(Samples.newVersion(30))], basis: .anyVersion)
    }
    #expect(outcome.head.newestVersion == 4 && outcome.head.newestRow?.recordCount == 30)
  }

  @Test func `a fenced holder publishes nothing`() throws {
    _ = try Samples.fill(tier, versions: 1)
    try Samples.intrude(tier, [.lease(token: 8)])
    let before = try HeadLine(tier, Samples.words).newestRevision()
    let error = catalogError {
      _ = try transaction().retrying { (base) throws(CatalogError) in
        Proposal([.compact(Samples.newVersion(2))], leaseToken: 7)
      }
    }
    #expect(error == .fenced(Samples.words, token: 7, higher: 8))
    #expect(try HeadLine(tier, Samples.words).newestRevision() == before)
  }

  @Test func `an intent under an old epoch is announced again before anything is published`() throws {
    _ = try Samples.fill(tier, versions: 1)
    var epochs: [UInt64] = []
    let outcome = try transaction().retrying { (base) throws(CatalogError) in
      let epoch = base.fences.gcEpoch
      if epochs.isEmpty { _ = try? Samples.intrude(tier, [.fence(gcEpoch: 1, leastIntentEpoch: 1)]) }
      epochs.append(epoch)
      return Proposal([.create(Samples.newVersion(2))], basis: .version(1), intentEpoch: epoch)
    }
    #expect(epochs == [0, 1] && outcome.head.newestVersion == 2)
  }

  @Test func `nothing to do writes nothing`() throws {
    let head = try Samples.fill(tier, versions: 1)
    let sent = tier.creates.count
    let outcome = try transaction().retrying { (base) throws(CatalogError) in nil }
    #expect(outcome == .unchanged(head) && tier.creates.count == sent)
  }

  @Test func `a refused change, a passed deadline and a damaged head are told apart`() throws {
    let head = try Samples.fill(tier, versions: 1)
    let tag = TagName("gone")!
    #expect(
      catalogError { _ = try transaction().retrying { (_) throws(CatalogError) in Proposal([.untag(tag)]) } }
        == .refused(.noSuchTag(tag)))
    let late = catalogError {
      _ = try transaction(deadline: 0).retrying { (_) throws(CatalogError) in Proposal([.tag(tag, version: 1)]) }
    }
    #expect(late == .timedOut("nothing was published"))
    tier.overwrite(head.key, [1, 2, 3])
    let damaged = catalogError {
      _ = try transaction().retrying { (_) throws(CatalogError) in Proposal([.tag(tag, version: 1)]) }
    }
    guard case .damaged(head.key, _) = damaged else { throw CatalogError.timedOut("\(String(describing: damaged))") }
  }

  @Test func `rows that move out of the head are durable before it, and written once`() throws {
    _ = try Samples.fill(tier, versions: 128)
    let outcome = try transaction().retrying { (base) throws(CatalogError) in
      _ = try? Samples.intrude(tier, [.policy(key: "a", value: "b")])
      return Proposal([.create(Samples.newVersion(129))], basis: .version(128))
    }
    #expect(outcome.head.older.count == 1 && outcome.head.rows.count == 65)
    let spills = tier.creates.filter { $0.string.hasPrefix("versions/") }
    #expect(spills.count == 1)
    let order = tier.creates.suffix(2).map { $0.string.prefix(5) }
    #expect(order == ["heads", "heads"], "the object came before the first try: \(tier.creates.suffix(3))")
    #expect(try HeadLine(tier, Samples.words).rows(of: outcome.head).map(\.version) == Array(1...129))
  }
}

import ObjectTier
import Primitives
import SnapshotFormat
import Synchronization
import Testing
import VectorCollections

/// formats/delta.md §7
struct DeltaLogAppendTests {
  let sample = SampleLog()

  @Test func `a sequence that would leave a gap is refused and nothing is written`() throws {
    #expect(throws: DeltaLogError.gap(asked: 2, next: 1)) { try sample.append("a", sequence: 2) }
    #expect(throws: DeltaLogError.gap(asked: 0, next: 1)) { try sample.append("a", sequence: 0) }
    #expect(sample.tier.objects.isEmpty)
  }

  @Test func `a name beyond all sequences is no delta, and does no harm`() throws {
    for sequence in [UInt64.max, UInt64.max - 1, 0] {
      let key = ObjectKey.delta(CollectionName("words")!, sample.producer, sequence: sequence)
      sample.tier.replace(key, [])
    }
    #expect(throws: DeltaLogError.gap(asked: 2, next: 1)) { try sample.append("a", sequence: 2) }
    #expect(try sample.log.pending().summaries.isEmpty)
    #expect(try sample.append("a").appendedKey == sample.key(1))
    #expect(try sample.log.pending().summaries.map(\.reference.sequence) == [1])
  }

  @Test func `behind the last sequence there is none`() throws {
    sample.tier.replace(sample.key(ObjectKey.numbers.upperBound), [])
    #expect(throws: DeltaLogError.refused("no sequence is left")) { try sample.append("a") }
    #expect(throws: DeltaLogError.refused("no sequence is left")) { try sample.append("a", sequence: .max) }
  }

  @Test func `a sequence that holds other work is a conflict`() throws {
    try sample.append("a", sequence: 1)
    #expect(throws: DeltaLogError.conflict(sample.key(1))) { try sample.append("b", sequence: 1) }
  }

  @Test func `the same work delivered twice under one sequence is there once`() throws {
    try sample.append("a", sequence: 1)
    sample.clock.set(1_700_000_060_000)
    #expect(try sample.append("a", sequence: 1) == .alreadyThere(sample.key(1)))
    #expect(sample.tier.objects.count == 1)
  }

  @Test func `a delivery after its delta was compacted and collected is not applied again`() throws {
    try sample.append("a", sequence: 1)
    sample.head.compact(sample.producer, through: 1, digest: try sample.digest(1))
    sample.tier.remove(sample.key(1))
    #expect(try sample.append("a", sequence: 1) == .alreadyCompacted(sample.key(1)))
  }

  @Test func `a number the head has compacted meanwhile is void and the next is taken`() throws {
    sample.tier.state.withLock {
      $0.beforeCreate = { _ in sample.head.compact(sample.producer, through: 1, digest: Digest.of([9])) }
    }
    #expect(try sample.append("a").appendedKey == sample.key(2))
  }

  /// Its number was compacted with another delta while it was written, which may have been the same work or not.
  @Test(arguments: [1, 2] as [UInt64])
  func `a number asked for that was compacted meanwhile is told so each time, and never as there`(
    through: UInt64
  ) throws {
    sample.tier.state.withLock {
      $0.beforeCreate = { _ in sample.head.compact(sample.producer, through: through, digest: Digest.of([9])) }
    }
    for _ in 0..<2 {
      #expect(try sample.append("a", sequence: 1) == .alreadyCompacted(sample.key(1)))
      #expect(throws: DeltaLogError.conflict(sample.key(1))) { try sample.append("b", sequence: 1) }
    }
  }

  @Test func `a delta that was compacted before the append returned counts`() throws {
    try sample.append("a")
    let digest = try sample.digest(1)
    sample.head.compact(sample.producer, through: 1, digest: digest)
    #expect(try sample.append("b").appendedKey == sample.key(2))
    let header = try sample.header(2)
    #expect(header.predecessor == digest)
  }

  @Test func `after the deltas are compacted and gone the numbers go on`() throws {
    sample.head.compact(sample.producer, through: 41, digest: Digest.of([1]))
    #expect(try sample.append("a").appendedKey == sample.key(42))
    #expect(try sample.header(42).predecessor == Digest.of([1]))
  }

  @Test func `of two writers of one producer each gets a number of its own`() throws {
    let other = sample.request("other")
    sample.tier.state.withLock { $0.beforeCreate = { _ in _ = try? sample.log.append(other) } }
    #expect(try sample.append("mine").appendedKey == sample.key(2))
    #expect(sample.tier.objects.count == 2)
    #expect(try sample.header(2).predecessor == sample.digest(1))
  }

  @Test func `a lost answer is read back, and a lost request sent again`() throws {
    sample.tier.state.withLock { $0.faults = [.answerLost] }
    #expect(try sample.append("a").appendedKey == sample.key(1))
    sample.tier.state.withLock { $0.faults = [.requestLost, .requestLost, .answerLost] }
    #expect(try sample.append("b").appendedKey == sample.key(2))
    #expect(sample.tier.objects.count == 2)
  }

  @Test func `a delta that was compacted with later ones before the append returned is not appended again`() throws {
    let later = sample.request("later")
    sample.tier.state.withLock {
      $0.afterCreate = { [sample] _ in
        _ = try? sample.log.append(later)
        guard let (mine, last) = try? (sample.digest(1), sample.digest(2)) else { return }
        sample.head.held.withLock { _ = $0.insert(mine) }
        sample.head.compact(sample.producer, through: 2, digest: last)
      }
    }
    #expect(try sample.append("mine").appendedKey == sample.key(1))
    #expect(sample.tier.objects.count == 2)
  }

  @Test func `a delta whose number was compacted with later ones, and without it, is void`() throws {
    sample.tier.state.withLock {
      $0.beforeCreate = { [sample] _ in sample.head.compact(sample.producer, through: 2, digest: Digest.of([9])) }
    }
    #expect(try sample.append("mine").appendedKey == sample.key(3))
  }

  @Test func `a delta that was set aside before the append returned is not appended again`() throws {
    sample.tier.state.withLock {
      $0.afterCreate = { [sample] _ in
        guard let digest = try? sample.digest(1) else { return }
        let aside = QuarantinedDelta(
          producer: sample.producer, sequence: 1, digest: digest,
          reason: "older than the oldest record that is accepted")
        sample.head.current.withLock { $0.quarantined.append(aside) }
        sample.head.compact(sample.producer, through: 2, digest: Digest.of([9]))
      }
    }
    #expect(try sample.append("mine").appendedKey == sample.key(1))
  }

  @Test func `a delta follows the one that was compacted, not a void one that took its number`() throws {
    try sample.append("a")
    let real = try sample.digest(1)
    let late = SampleLog()
    try late.append("came late")
    let void = try #require(late.tier.objects[late.key(1)])
    sample.head.looked.withLock {
      $0 = { [sample] in
        sample.head.compact(sample.producer, through: 1, digest: real)
        sample.tier.replace(sample.key(1), void)
      }
    }
    #expect(try sample.append("b").appendedKey == sample.key(2))
    #expect(try sample.header(2).predecessor == real)
  }

  @Test func `a sure failure after a lost answer leaves the outcome unknown`() throws {
    sample.tier.state.withLock { $0.faults = [.requestLost, .failed, .failed, .failed] }
    #expect(throws: DeltaLogError.outcomeUnknown(sample.key(1), "made to fail")) { try sample.append("a") }
    sample.tier.state.withLock { $0.faults = [.requestLost, .failed] }
    #expect(try sample.append("b").appendedKey == sample.key(1))
  }

  @Test func `what was never sent is a failure, and no doubt`() throws {
    sample.tier.state.withLock { $0.faults = [.unsent] }
    let error = #expect(throws: DeltaLogError.self) { try sample.append("a") }
    guard case .tier(let cause)? = error else { throw error ?? .head("no error") }
    #expect(cause.kind == .stalled)
    try sample.append("a", sequence: 1)
  }

  @Test func `a delta before that came to harm on its way is read again`() throws {
    try sample.append("a")
    sample.tier.state.withLock { $0.harmedReads = 1 }
    #expect(try sample.append("a", sequence: 1) == .alreadyThere(sample.key(1)))
    sample.tier.state.withLock { $0.harmedReads = 2 }
    let error = #expect(throws: DeltaLogError.self) { try sample.append("a", sequence: 1) }
    guard case .damaged? = error else { throw error ?? .head("no error") }
  }

  @Test func `what stays unknown is reported as unknown`() throws {
    sample.tier.state.withLock { $0.faults = Array(repeating: .requestLost, count: 4) }
    #expect(throws: DeltaLogError.outcomeUnknown(sample.key(1), "made to fail")) { try sample.append("a") }
  }

  @Test func `a head that cannot be read once the delta is there leaves the outcome unknown`() throws {
    sample.tier.state.withLock { $0.beforeCreate = { _ in sample.head.failure.withLock { $0 = "made to fail" } } }
    let unknown = DeltaLogError.outcomeUnknown(sample.key(1), "made to fail")
    #expect(throws: unknown) { try sample.append("a", sequence: 1) }
    sample.head.failure.withLock { $0 = nil }
    #expect(try sample.append("a", sequence: 1) == .alreadyThere(sample.key(1)))
  }

  @Test func `a delta that could not be synced is never acknowledged`() throws {
    sample.tier.state.withLock { $0.faults = [.unsynced] }
    #expect(throws: DeltaLogError.outcomeUnknown(sample.key(1), "made to fail")) { try sample.append("a") }
  }

  @Test func `clocks rise from delta to delta when the wall clock goes back`() throws {
    try sample.append("a")
    sample.clock.set(1_699_999_999_000)
    try sample.append("b")
    let clocks = try [1, 2].map { try sample.tail($0).footer.leastClock }
    #expect(clocks[0] < clocks[1])
  }

  @Test func `a clock far ahead of this machine's is refused`() throws {
    try sample.append("a")
    sample.clock.set(1_600_000_000_000)
    #expect(throws: DeltaLogError.clockAhead(milliseconds: 100_000_000_000)) { try sample.append("b") }
  }

  @Test func `operations that do not fit are refused before anything is written`() throws {
    var request = sample.request("a")
    request.operations.append(.upsert(RecordName("b")!, RecordBody(floats: [1, 2])))
    #expect(throws: DeltaLogError.self) { try sample.log.append(request) }
    #expect(throws: DeltaLogError.refused("nothing to append")) {
      try sample.log.append(AppendRequest(producer: sample.producer, operations: []))
    }
    #expect(sample.tier.objects.isEmpty)
  }
}

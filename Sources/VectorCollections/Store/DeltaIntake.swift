internal import ObjectTier
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// What can be taken of the deltas that wait, what has to go on waiting, and what has to be set aside.
///
/// - Of each producer's line a run without gaps can be taken, in which what is set aside counts as passed.
/// - No more is set aside than a head tells of. What is above that holds up its line, and no other.
struct DeltaIntake {
  private(set) var waiting: [ProducerName: [DeltaSummary]]
  private(set) var quarantined: [QuarantinedDelta] = []
  /// What was set aside before, with what is known of it by now.
  private(set) var remarked: [QuarantinedDelta] = []
  private var held: [HeldDelta] = []
  /// Whether others wait that were not listed.
  let leavesUnlisted: Bool
  /// Whether others wait behind missing ones.
  private let hasGaps: Bool
  private let state: CompactedState
  /// How many can still be set aside.
  private var room: Int
  /// Where lines stand still.
  private var ends: [ProducerName: UInt64] = [:]

  /// Lists the deltas once, as many as are listed; what is unreadable is set aside.
  init(_ log: DeltaLog, after state: CompactedState) throws(DeltaLogError) {
    self.state = state
    room = max(0, Head.quarantineCountMax - state.quarantined.count)
    let pending = try log.pending(after: state, stopsAtLimit: true)
    leavesUnlisted = pending.leavesUnlisted
    hasGaps = !pending.gaps.isEmpty
    waiting = pending.waiting
    for delta in pending.unreadable {
      guard !isHeldUp(delta.reference) else {
        held.append(HeldDelta(reference: delta.reference, summary: nil, cause: .behind))
        continue
      }
      let before = state.quarantined(delta.reference.producer, delta.reference.sequence)
      setAside(delta.reference, before?.digest ?? .zero, "cannot be read: \(delta.error)")
    }
    for entry in state.quarantined {
      guard let again = try log.writtenAgain(entry, among: waiting[entry.producer] ?? []) else { continue }
      remarked.append(again)
    }
  }

  /// The least clock of what goes on waiting when some are taken, the end of all time where nothing does; nil where it
  /// is not known.
  func leastWaitingClock(_ taken: [DeltaSummary]) -> HybridClock? {
    guard !leavesUnlisted, !hasGaps, held.allSatisfy({ $0.summary != nil }) else { return nil }
    let gone = Set(taken.map(\.reference))
    let left = waiting.values.joined().filter { !gone.contains($0.reference) } + held.compactMap(\.summary)
    return left.map(\.tail.footer.leastClock).min() ?? HybridClock(.max)
  }

  var waitingCount: Int { waiting.values.reduce(0) { $0 + $1.count } }

  /// The schema of the first that waits.
  var schema: VectorSchema? { waiting.filter { !$0.value.isEmpty }.min { $0.key < $1.key }?.value.first?.header.schema }

  /// By producer, then sequence.
  var heldInOrder: [HeldDelta] {
    held.sorted { ($0.reference.producer, $0.reference.sequence) < ($1.reference.producer, $1.reference.sequence) }
  }

  /// Leaves waiting what is ahead of the clock here, and what its producer appended behind it.
  mutating func hold(_ bound: ClockBound) {
    for producer in waiting.keys.sorted() {
      hold(producer) { delta in
        bound.excess(of: delta).map { .ahead(milliseconds: $0, allowed: bound.aheadMaxMilliseconds) }
      }
    }
  }

  /// Sets aside what may not be taken in.
  mutating func admit(_ admission: DeltaAdmission) {
    for producer in waiting.keys.sorted() {
      let deltas = waiting[producer] ?? []
      var digests: [UInt64: Digest] = [0: .zero]
      if let position = state.positions[producer] { digests[position.sequence] = position.digest }
      for delta in deltas { digests[delta.reference.sequence] = delta.tail.digest }
      for delta in deltas {
        let defect =
          admission.defect(of: delta, after: digests[delta.reference.sequence - 1])
          ?? state.quarantined(producer, delta.reference.sequence)?.defect(of: delta)
        guard let defect else { continue }
        setAside(delta, defect)
        let again = defect == QuarantinedDelta.tooOld ? deltas.first { delta.isWrittenAgain(as: $0) } : nil
        if let again { remark(delta.reference, again.reference.sequence) }
      }
    }
  }

  /// Notes of one that was set aside just now under which number its work is.
  private mutating func remark(_ delta: DeltaReference, _ again: UInt64) {
    let index = quarantined.firstIndex { $0.producer == delta.producer && $0.sequence == delta.sequence }
    guard let index else { return }
    quarantined[index] = quarantined[index].writtenAgain(as: again)
  }

  /// Sets one aside, or has it hold up its line where no more can be.
  mutating func setAside(_ delta: DeltaSummary, _ reason: String) {
    setAside(delta.reference, delta.tail.digest, reason)
  }

  /// One that has not been set aside, nor is held up.
  func delta(_ reference: DeltaReference) -> DeltaSummary? {
    waiting[reference.producer]?.first { $0.reference == reference }
  }

  private mutating func setAside(_ delta: DeltaReference, _ digest: Digest, _ reason: String) {
    guard !isHeldUp(delta) else { return }
    if state.quarantined(delta.producer, delta.sequence) == nil {
      guard room > 0 else { return hold(delta, reason) }
      room -= 1
    }
    waiting[delta.producer]?.removeAll { $0.reference == delta }
    quarantined.append(QuarantinedDelta(delta, digest: digest, reason))
  }

  /// What is tried again has no place in the line, and holds up none.
  private func isInLine(_ delta: DeltaReference) -> Bool { delta.sequence > state.sequence(of: delta.producer) }

  private func isHeldUp(_ delta: DeltaReference) -> Bool {
    isInLine(delta) && delta.sequence >= ends[delta.producer] ?? .max
  }

  /// No more can be set aside: it holds up its line.
  private mutating func hold(_ delta: DeltaReference, _ defect: String) {
    let summary = waiting[delta.producer]?.first { $0.reference == delta }
    waiting[delta.producer]?.removeAll { $0.reference == delta }
    held.append(HeldDelta(reference: delta, summary: summary, cause: .noRoom(defect: defect)))
    endLine(at: delta)
    hold(delta.producer) { _ in nil }
  }

  private mutating func endLine(at delta: DeltaReference) {
    if isInLine(delta) { ends[delta.producer] = min(delta.sequence, ends[delta.producer] ?? .max) }
  }

  /// - Parameter cause: why a delta waits, if it has one of its own; what is in line behind it does, too.
  private mutating func hold(_ producer: ProducerName, _ cause: (DeltaSummary) -> HeldDelta.Cause?) {
    var left: [DeltaSummary] = []
    for delta in waiting[producer] ?? [] {
      guard let cause = cause(delta) ?? (isHeldUp(delta.reference) ? .behind : nil) else {
        left.append(delta)
        continue
      }
      endLine(at: delta.reference)
      held.append(HeldDelta(reference: delta.reference, summary: delta, cause: cause))
    }
    waiting[producer] = left
  }
}

extension DeltaLog {
  /// A delta that was set aside as too old, where its work is among some that wait.
  func writtenAgain(
    _ entry: QuarantinedDelta, among later: [DeltaSummary]
  ) throws(DeltaLogError) -> QuarantinedDelta? {
    guard entry.reason == QuarantinedDelta.tooOld, !later.isEmpty,
      case .found(let delta) = try find(entry.producer, entry.sequence)
    else { return nil }
    return later.first { delta.isWrittenAgain(as: $0) }.map { entry.writtenAgain(as: $0.reference.sequence) }
  }
}

extension QuarantinedDelta {
  /// Why the delta that is there now is not the one that was set aside, or nil when it may be.
  func defect(of delta: DeltaSummary) -> String? {
    digest == .zero || digest == delta.tail.digest ? nil : "another delta than the one that was set aside"
  }

  init(_ delta: DeltaReference, digest: Digest, _ reason: String) {
    let bytes = Array(Printable.string(reason).utf8.prefix(QuarantinedDelta.reasonByteCountMax - 8))
    self.init(
      producer: delta.producer, sequence: delta.sequence, digest: digest, reason: String(decoding: bytes, as: UTF8.self)
    )
  }
}

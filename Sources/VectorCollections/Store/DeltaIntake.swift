internal import ObjectTier
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// What can be taken of the deltas that wait, what has to go on waiting, and what has to be set aside.
struct DeltaIntake {
  var waiting: [ProducerName: [DeltaSummary]] = [:]
  var quarantined: [QuarantinedDelta] = []
  /// By producer, then sequence.
  private(set) var held: [HeldDelta] = []

  /// Lists the deltas; what stands unreadable in its producer's line is set aside, and the listing goes on behind it.
  init(_ log: DeltaLog, after state: CompactedState) throws(DeltaLogError) {
    var state = state
    var pending = try log.pending(after: state)
    while !pending.unreadable.isEmpty {
      for delta in pending.unreadable {
        let reason = "cannot be read: \(delta.error)"
        let before = state.quarantined(delta.reference.producer, delta.reference.sequence)
        let entry = QuarantinedDelta(delta.reference, digest: before?.digest ?? .zero, reason)
        quarantined.append(entry)
        state.setAside(entry)
      }
      pending = try log.pending(after: state)
    }
    waiting = pending.waiting
  }

  /// The schema of the first that waits.
  var schema: VectorSchema? { waiting.filter { !$0.value.isEmpty }.min { $0.key < $1.key }?.value.first?.header.schema }

  /// Leaves waiting what is ahead of the clock here, and what its producer appended behind it: of each producer a run
  /// without gaps is taken. What is tried again has no place in the line, and cuts none.
  mutating func hold(_ bound: ClockBound, after state: CompactedState) {
    for producer in waiting.keys.sorted() {
      var isCut = false
      waiting[producer] = waiting[producer]?.filter { delta in
        let ahead = bound.excess(of: delta)
        let isInLine = delta.reference.sequence > state.sequence(of: producer)
        guard ahead != nil || (isCut && isInLine) else { return true }
        isCut = isCut || isInLine
        held.append(
          HeldDelta(delta: delta, aheadMilliseconds: ahead, aheadMaxMilliseconds: bound.aheadMaxMilliseconds))
        return false
      }
    }
  }

  /// Sets aside what may not be taken in.
  mutating func admit(_ admission: DeltaAdmission, after state: CompactedState) {
    for (producer, deltas) in waiting {
      var digests: [UInt64: Digest] = [0: .zero]
      if let position = state.positions[producer] { digests[position.sequence] = position.digest }
      for delta in deltas { digests[delta.reference.sequence] = delta.tail.digest }
      waiting[producer] = deltas.filter { delta in
        let defect =
          admission.defect(of: delta, after: digests[delta.reference.sequence - 1])
          ?? state.quarantined(producer, delta.reference.sequence)?.defect(of: delta)
        guard let defect else { return true }
        quarantined.append(QuarantinedDelta(delta.reference, digest: delta.tail.digest, defect))
        return false
      }
    }
  }

  /// Sets one aside.
  mutating func setAside(_ delta: DeltaSummary, _ reason: String) {
    waiting[delta.reference.producer]?.removeAll { $0.reference == delta.reference }
    quarantined.append(QuarantinedDelta(delta.reference, digest: delta.tail.digest, reason))
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

/// Why a delta that was listed could not be taken in.
enum IntakeFailure: Error {
  case log(DeltaLogError)
  /// It is to be set aside.
  case unusable(String)
}

extension DeltaLog {
  /// Takes all operations of a delta into a table. After a failure the table holds some of them.
  func absorb(_ delta: DeltaSummary, as number: Int, into table: inout RowTable) throws(IntakeFailure) {
    let key = key(delta.reference.producer, delta.reference.sequence)
    // Read once more where it came damaged: the way it took may be the reason.
    for isLast in [false, true] {
      let bytes = try present(key)
      var isSealed = false
      do throws(FormatError) {
        var reader = try DeltaReader(bytes.rawSpan, named: key, expected: delta.tail.digest)
        isSealed = true
        while let operations = try reader.next() {
          for operation in operations { try table.take(operation, delta.reference.producer, number) }
        }
        return
      } catch {
        if isLast || isSealed { throw .unusable("\(error)") }
      }
    }
  }

  private func present(_ key: ObjectKey) throws(IntakeFailure) -> [UInt8] {
    let found: [UInt8]?
    do throws(DeltaLogError) { found = try bytes(key) } catch { throw .log(error) }
    guard let found else { throw .log(.outcomeUnknown(key, "listed, and not there to read")) }
    return found
  }
}

extension RowTable {
  fileprivate mutating func take(
    _ operation: StampedOperation, _ producer: ProducerName, _ number: Int
  ) throws(FormatError) {
    do throws(Refusal) {
      try absorb(operation, by: producer, from: number)
    } catch { throw .beyondLimit("delta", "more changed keys of one record than a row may have") }
  }
}

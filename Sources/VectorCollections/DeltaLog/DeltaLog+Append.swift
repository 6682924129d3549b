internal import Catalog
internal import ObjectTier
package import Primitives
package import SnapshotFormat

/// One piece of work to append.
package struct AppendRequest: Sendable {
  package var producer: ProducerName
  /// The number it must get; nil takes the next.
  package var sequence: UInt64?
  package var run = ""
  /// How many operations the whole run will bring; 0 = not declared.
  package var expected: UInt64 = 0
  /// At least one; what one delta holds.
  package var operations: [RecordOperation]

  package init(producer: ProducerName, operations: [RecordOperation]) {
    self.producer = producer
    self.operations = operations
  }
}

/// What an append came to. In each case the work is durable in the collection.
package enum AppendOutcome: Sendable, Equatable {
  case appended(ObjectKey, digest: Digest, operations: UInt64)
  /// The sequence asked for holds this very work already.
  case alreadyThere(ObjectKey)
  /// The sequence asked for was compacted, and its delta is gone: it cannot be compared any more.
  case alreadyCompacted(ObjectKey)
}

extension AppendOutcome {
  /// The same of a part of the work.
  func holding(_ count: UInt64) -> AppendOutcome {
    guard case .appended(let key, let digest, _) = self else { return self }
    return .appended(key, digest: digest, operations: count)
  }
}

extension AppendRequest {
  /// Why it cannot stand in a delta of a schema, or nil when it can.
  func refusal(_ schema: VectorSchema) -> DeltaLogError? {
    guard !operations.isEmpty else { return .refused("nothing to append") }
    guard DeltaHeader.isRun(run) else { return .refused("a run is at most 128 bytes without NUL") }
    for operation in operations {
      guard let defect = operation.defect(in: schema) else { continue }
      return .refused("\(Printable.string(operation.name.string)): \(defect)")
    }
    return nil
  }
}

extension DeltaLog {
  /// Appends one delta.
  ///
  /// When it returns, the work is durable and will be compacted exactly once. After a failure nothing was appended,
  /// except for `.outcomeUnknown`.
  ///
  /// Costs two reads of the head, one listing, one read of the delta before and another look at the head, one create.
  /// Where this process appended the delta before, and no head came since: four probes and one create.
  ///
  /// - Parameter state: what the newest head said a moment ago; nil reads it.
  package func append(
    _ request: AppendRequest, after state: CompactedState? = nil
  ) throws(DeltaLogError) -> AppendOutcome {
    if let refusal = request.refusal(schema) { throw refusal }
    var known = state
    for _ in 0..<configuration.attemptCountMax {
      let newest = if let known { known } else { try compacted.state() }
      if let outcome = try attempt(request, newest) { return outcome }
      known = nil
    }
    throw .contended(attempts: configuration.attemptCountMax)
  }

  /// Nil when somebody else took the number, or compacted past it.
  private func attempt(
    _ request: AppendRequest, _ state: CompactedState
  ) throws(DeltaLogError) -> AppendOutcome? {
    let known = try remembered(request.producer, state)
    let last = if let known { known.sequence } else { try newest(request.producer, state) }
    guard last < ObjectKey.numbers.upperBound else { throw .refused("no sequence is left") }
    if let asked = request.sequence, asked != last + 1 { return try compare(request, asked, last: last, state) }
    let before = if let known { Predecessor(known) } else { try predecessor(of: request.producer, last, state) }
    // Once compacted it may have been removed, and what was read be a void delta under its number.
    if known == nil, last > state.sequence(of: request.producer),
      try compacted.state().sequence(of: request.producer) >= last
    {
      return nil
    }
    let delta = try encode(request, sequence: last + 1, after: before, state)
    let key = key(request.producer, last + 1)
    memory.note(nil, collection, request.producer)
    guard try create(key, delta.bytes) else { return nil }
    do throws(DeltaLogError) {
      switch try standing(of: key, request.producer, last + 1, delta.digest, delta.footer.leastClock) {
      case .counts: break
      case .void: return nil
      case .tooOld:
        guard request.sequence == nil else { throw .tooLate(key) }
        return nil
      case .forgotten: throw .head("the origin of \(key) is no longer listed")
      }
    } catch {
      if case .tooLate = error { throw error }
      // It is there by now.
      throw .outcomeUnknown(key, error.reason)
    }
    memory.note(
      AppendMemory.LastDelta(sequence: last + 1, digest: delta.digest, clock: delta.footer.greatestClock), collection,
      request.producer)
    return .appended(key, digest: delta.digest, operations: UInt64(request.operations.count))
  }

  /// The greatest number of a producer that is taken.
  private func newest(_ producer: ProducerName, _ state: CompactedState) throws(DeltaLogError) -> UInt64 {
    let compactedSequence = state.sequence(of: producer)
    return try listed(producer, above: compactedSequence).last ?? compactedSequence
  }

  /// The last delta of a producer, if this process wrote it, and nobody has written or compacted another since.
  ///
  /// Two numbers are probed: where the next one was lost, and others came after it, the loss must not be covered.
  private func remembered(
    _ producer: ProducerName, _ state: CompactedState
  ) throws(DeltaLogError) -> AppendMemory.LastDelta? {
    guard let last = memory.last(collection, producer), last.sequence < .max - 2,
      last.sequence >= state.sequence(of: producer), state.quarantined(producer, last.sequence) == nil
    else { return nil }
    if let position = state.positions[producer], position.sequence == last.sequence, position.digest != last.digest {
      return nil
    }
    for sequence in last.sequence + 1...last.sequence + 2 {
      do throws(TierError) {
        guard try tier.byteCount(of: key(producer, sequence)) == nil else { return nil }
      } catch { throw .tier(error) }
    }
    return last
  }

  /// What a delta that is there has come to.
  private enum Standing {
    case counts
    /// It came too late: its number had been compacted without it.
    case void
    /// It came too late: nothing as old is accepted any more, and it is set aside by whoever meets it.
    case tooOld
    /// Its number was compacted so long ago that nothing tells any more with which delta.
    case forgotten
  }

  private func standing(
    of key: ObjectKey, _ producer: ProducerName, _ sequence: UInt64, _ digest: Digest, _ leastClock: HybridClock
  ) throws(DeltaLogError) -> Standing {
    let state = try compacted.state()
    let open = leastClock > state.oldestRecord ? Standing.counts : .tooOld
    guard let position = state.positions[producer], position.sequence >= sequence else { return open }
    // It was set aside, or its number had been compacted and was free again.
    if state.quarantined(producer, sequence)?.digest == digest { return open }
    if position.sequence == sequence { return position.digest == digest ? .counts : .void }
    // Later ones were compacted already: with this one, unless origins tell of another.
    guard let isHeld = try compacted.holds(producer, sequence, digest) else { return .forgotten }
    return isHeld ? .counts : .void
  }

  /// The number asked for is not the next: it holds this work, or other work, or would leave a gap.
  private func compare(
    _ request: AppendRequest, _ asked: UInt64, last: UInt64, _ state: CompactedState
  ) throws(DeltaLogError) -> AppendOutcome {
    guard asked >= 1, asked <= last else { throw .gap(asked: asked, next: last + 1) }
    let key = key(request.producer, asked)
    guard let tail = try tail(key) else {
      guard asked <= state.sequence(of: request.producer) else { throw .gap(asked: asked, next: asked) }
      return .alreadyCompacted(key)
    }
    let content = try encode(request, sequence: 1, after: Predecessor(digest: .zero, clock: .zero), CompactedState())
    guard tail.footer.content == content.footer.content else { throw .conflict(key) }
    switch try standing(of: key, request.producer, asked, tail.digest, tail.footer.leastClock) {
    case .counts: return .alreadyThere(key)
    case .tooOld: throw .tooLate(key)
    // What was compacted under the number is another delta, and gone.
    case .void, .forgotten: return .alreadyCompacted(key)
    }
  }
}

extension DeltaLog {
  struct Predecessor {
    let digest: Digest
    let clock: HybridClock

    init(digest: Digest, clock: HybridClock) {
      self.digest = digest
      self.clock = clock
    }

    init(_ last: AppendMemory.LastDelta) {
      self.init(digest: last.digest, clock: last.clock)
    }
  }

  private func predecessor(
    of producer: ProducerName, _ last: UInt64, _ state: CompactedState
  ) throws(DeltaLogError) -> Predecessor {
    if last == 0 { return Predecessor(digest: .zero, clock: .zero) }
    if let position = state.positions[producer], position.sequence == last {
      return Predecessor(digest: position.digest, clock: clock(of: key(producer, last)) ?? state.greatestClock)
    }
    // What is wrong with it may be its end.
    if let entry = state.quarantined(producer, last) {
      return Predecessor(digest: entry.digest, clock: clock(of: key(producer, last)) ?? state.greatestClock)
    }
    guard let tail = try tail(key(producer, last)) else { throw .gap(asked: last + 1, next: last) }
    return Predecessor(digest: tail.digest, clock: tail.footer.greatestClock)
  }

  /// The last clock of a delta, nil when it is gone or cannot be read.
  private func clock(of key: ObjectKey) -> HybridClock? {
    do throws(DeltaLogError) { return try tail(key)?.footer.greatestClock } catch { return nil }
  }

  private func encode(
    _ request: AppendRequest, sequence: UInt64, after predecessor: Predecessor, _ state: CompactedState
  ) throws(DeltaLogError) -> (bytes: [UInt8], digest: Digest, footer: DeltaFooter) {
    let now = clock.now()
    let start = max(predecessor.clock, state.oldestRecord, state.greatestClock)
    let ahead = start.timestamp.milliseconds - now.milliseconds
    guard ahead <= configuration.appendSkewMaxMilliseconds else { throw .clockAhead(milliseconds: ahead) }
    var writer = DeltaWriter(
      header: DeltaHeader(
        collection: collection, producer: request.producer, sequence: sequence, predecessor: predecessor.digest,
        run: request.run, expected: request.expected, schema: schema, created: now),
      expecting: request.operations.count)
    var last = start
    for operation in request.operations {
      guard !writer.isFull else { throw .refused("more than one delta holds: append it in several") }
      guard let next = last.next(at: now) else { throw .refused("no clock is left") }
      last = next
      do throws(FormatError) {
        try writer.append(StampedOperation(clock: last, operation: operation))
      } catch { throw .refused("\(error)") }
    }
    let (object, footer) = writer.finish()
    return (object.bytes, object.digest, footer)
  }

  /// Whether these very bytes are at `key` now; false when something else was first.
  ///
  /// Once an answer was lost, no later failure proves that nothing was written.
  private func create(_ key: ObjectKey, _ sent: [UInt8]) throws(DeltaLogError) -> Bool {
    var doubt: String?
    for _ in 0..<configuration.sendCountMax {
      do throws(TierError) {
        if try tier.create(key, sent) == .created { return true }
      } catch {
        if case .unsynced = error.kind { throw .outcomeUnknown(key, error.reason) }
        guard CatalogError.tier(error).mayHaveLanded || doubt != nil else { throw .tier(error) }
        doubt = error.reason
      }
      do throws(DeltaLogError) {
        if let found = try bytes(key) { return found == sent }
      } catch {
        throw .outcomeUnknown(key, doubt ?? error.reason)
      }
    }
    throw .outcomeUnknown(key, doubt ?? "it exists, and is not there to read")
  }
}

internal import ObjectTier
package import Primitives
package import SnapshotFormat

/// What is known of a delta without reading its batches.
package struct DeltaSummary: Sendable, Equatable {
  package let reference: DeltaReference
  package let header: DeltaHeader
  package let tail: DeltaTail
}

/// The deltas that wait for compaction.
package struct PendingDeltas: Sendable {
  package struct Unreadable: Sendable, Equatable {
    package let reference: DeltaReference
    package let error: FormatError
  }

  /// By producer, without gaps, ascending: what a compaction may take once it has decided on the unreadable ones before
  /// it. Quarantined ones are passed over; those that are to be tried again stand before the others.
  package internal(set) var waiting: [ProducerName: [DeltaSummary]] = [:]
  /// In the way of what stands behind them in their producer's line, until somebody decides.
  package internal(set) var unreadable: [Unreadable] = []
  /// Quarantined by the head, and not yet passed by a compaction.
  package internal(set) var quarantined: [QuarantinedDelta] = []
  /// Missing sequences, with later ones present; those wait.
  package internal(set) var gaps: [ProducerName: UInt64] = [:]
  /// Whether more wait than are listed.
  package internal(set) var leavesUnlisted = false

  package var summaries: [DeltaSummary] { waiting.keys.sorted().flatMap { waiting[$0] ?? [] } }
}

extension DeltaLog {
  /// Lists what waits for compaction, by the newest head.
  ///
  /// A number missing in the listing is asked for directly: listings may lag behind.
  package func pending() throws(DeltaLogError) -> PendingDeltas {
    try pending(after: try compacted.state())
  }

  /// - Parameter stopsAtLimit: whether the first ones are enough where more wait than are listed, as they are for a
  ///   compaction, which makes them fewer.
  /// - Throws: `.refused` where they are not.
  package func pending(
    after state: CompactedState, stopsAtLimit: Bool = false
  ) throws(DeltaLogError) -> PendingDeltas {
    let listing = try listed(after: state, stopsAtLimit)
    let sequences = listing.sequences
    let findings = try findAll(sequences, after: state)
    var pending = PendingDeltas()
    pending.leavesUnlisted = listing.cut != nil
    for delta in state.quarantined.sorted() where delta.isToBeRetried && delta.isBehind(state) {
      try collect(again: delta, into: &pending)
    }
    for producer in sequences.keys.sorted() {
      let listed = sequences[producer] ?? []
      let end = producer == listing.cut ? listed.max() : nil
      try collect(producer, listed, through: end ?? .max, state, findings, into: &pending)
    }
    return pending
  }

  /// The numbers that are listed and not compacted.
  func waitingSequences(after state: CompactedState) throws(DeltaLogError) -> [ProducerName: Set<UInt64>] {
    try listed(after: state, false).sequences
  }

  private struct Listing {
    var sequences: [ProducerName: Set<UInt64>] = [:]
    var count = 0
    /// The last producer, where more wait than are listed: there may be more of it.
    var cut: ProducerName?
  }

  /// The numbers that are listed and not compacted, by producer. Of what is compacted no more than a page is listed.
  private func listed(after state: CompactedState, _ stopsAtLimit: Bool) throws(DeltaLogError) -> Listing {
    var listing = Listing()
    var last: ProducerName?
    try forEachPage(of: .deltas(collection), after: nil) { page throws(DeltaLogError) in
      for key in page {
        guard let (producer, sequence) = parts(of: key), sequence > state.sequence(of: producer) else { continue }
        guard listing.count < configuration.listedCountMax else {
          guard stopsAtLimit else { throw tooManyListed }
          listing.cut = last
          return nil
        }
        listing.sequences[producer, default: []].insert(sequence)
        listing.count += 1
        last = producer
      }
      let compacted = page.last.flatMap { parts(of: $0) }.map { key($0.0, state.sequence(of: $0.0)) }
      return [page.last, compacted].compactMap(\.self).max()
    }
    return listing
  }

  private struct Place: Hashable {
    let producer: ProducerName
    let sequence: UInt64
  }

  /// What is there of each line without a gap, and behind its end; all at once.
  private func findAll(
    _ sequences: [ProducerName: Set<UInt64>], after state: CompactedState
  ) throws(DeltaLogError) -> [Place: Finding] {
    let aside = Set(
      state.quarantined.filter { !$0.isToBeRetried }.map { Place(producer: $0.producer, sequence: $0.sequence) })
    var places: [Place] = []
    for (producer, listed) in sequences.sorted(by: { $0.key < $1.key }) {
      var place = Place(producer: producer, sequence: state.sequence(of: producer) + 1)
      while aside.contains(place) || listed.contains(place.sequence) {
        if !aside.contains(place) { places.append(place) }
        place = Place(producer: producer, sequence: place.sequence + 1)
      }
      places.append(place)
    }
    let findings = try Parallel.map(places, jobs: tier.callsAtOnce) { place throws(DeltaLogError) in
      try find(place.producer, place.sequence)
    }
    return Dictionary(uniqueKeysWithValues: zip(places, findings))
  }

  /// What is there behind missing sequences: it waits for them, and no compaction takes it.
  func behind(
    _ gaps: [ProducerName: UInt64], after state: CompactedState
  ) throws(DeltaLogError) -> PendingDeltas {
    var behind = PendingDeltas()
    for (producer, gap) in gaps {
      for sequence in try listed(producer, above: gap) where state.quarantined(producer, sequence) == nil {
        switch try find(producer, sequence) {
        case .found(let summary): behind.waiting[producer, default: []].append(summary)
        case .unreadable(let unreadable): behind.unreadable.append(unreadable)
        case .missing: break
        }
      }
    }
    return behind
  }

  func parts(of key: ObjectKey) -> (ProducerName, UInt64)? {
    let rest = key.string.dropFirst(ObjectPrefix.deltas(collection).string.count).split(separator: "/")
    guard rest.count == 2, let producer = ProducerName(String(rest[0])), let sequence = key.number else { return nil }
    return (producer, sequence)
  }

  /// A delta whose producer's line has gone on without it.
  private func collect(again delta: QuarantinedDelta, into pending: inout PendingDeltas) throws(DeltaLogError) {
    switch try find(delta.producer, delta.sequence) {
    case .found(let summary): pending.waiting[delta.producer, default: []].append(summary)
    case .unreadable(let unreadable): pending.unreadable.append(unreadable)
    case .missing:
      let reference = DeltaReference(producer: delta.producer, sequence: delta.sequence, byteCount: 0)
      pending.unreadable.append(
        PendingDeltas.Unreadable(reference: reference, error: .damaged("delta", "it is not there any more")))
    }
  }

  private func collect(
    _ producer: ProducerName, _ sequences: Set<UInt64>, through end: UInt64, _ state: CompactedState,
    _ findings: [Place: Finding], into pending: inout PendingDeltas
  ) throws(DeltaLogError) {
    var sequence = state.sequence(of: producer) + 1
    var left = sequences
    while ObjectKey.numbers.contains(sequence), sequence <= end {
      let wasListed = left.remove(sequence) != nil
      if let entry = state.quarantined(producer, sequence), !entry.isToBeRetried {
        pending.quarantined.append(entry)
      } else {
        let known = findings[Place(producer: producer, sequence: sequence)]
        let finding = if let known { known } else { try find(producer, sequence) }
        switch finding {
        case .found(let summary): pending.waiting[producer, default: []].append(summary)
        case .unreadable(let unreadable): pending.unreadable.append(unreadable)
        case .missing where wasListed: throw .outcomeUnknown(key(producer, sequence), "listed, and not there to read")
        case .missing:
          if !left.isEmpty { pending.gaps[producer] = sequence }
          return
        }
      }
      sequence += 1
    }
  }

  enum Finding: Sendable {
    case missing
    case unreadable(PendingDeltas.Unreadable)
    case found(DeltaSummary)
  }

  /// Looks at what cannot be read once more: bytes that came damaged on their way are no reason to set a delta aside.
  func find(_ producer: ProducerName, _ sequence: UInt64) throws(DeltaLogError) -> Finding {
    let first = try look(producer, sequence)
    if case .unreadable = first { return try look(producer, sequence) }
    return first
  }

  private func look(_ producer: ProducerName, _ sequence: UInt64) throws(DeltaLogError) -> Finding {
    let key = key(producer, sequence)
    let (head, tail): ([UInt8], [UInt8])
    let byteCount: UInt64
    do throws(TierError) {
      guard let found = try tier.byteCount(of: key) else { return .missing }
      byteCount = found
      (head, tail) = try ends(of: key, byteCount)
    } catch {
      if error.kind == .notFound { return .missing }
      throw .tier(error)
    }
    let reference = DeltaReference(producer: producer, sequence: sequence, byteCount: byteCount)
    do throws(DeltaLogError) {
      let end = try DeltaLog.tail(tail, at: key)
      let header = try header(head, at: key)
      return .found(DeltaSummary(reference: reference, header: header, tail: end))
    } catch {
      guard case .damaged(_, let reason) = error else { throw error }
      return .unreadable(PendingDeltas.Unreadable(reference: reference, error: reason))
    }
  }

  /// What has the header, and what has the footer: of a small delta all of it, in one request.
  private func ends(of key: ObjectKey, _ byteCount: UInt64) throws(TierError) -> (head: [UInt8], tail: [UInt8]) {
    guard byteCount > DeltaLog.smallByteCount else {
      let whole = try tier.read(key, range: 0..<byteCount)
      return (whole, whole.suffix(DeltaLimits.tailByteCount))
    }
    let start = byteCount - UInt64(DeltaLimits.tailByteCount)
    return (
      try tier.read(key, range: 0..<UInt64(DeltaLimits.headByteCount)), try tier.read(key, range: start..<byteCount)
    )
  }

  /// The header of a delta, nil when there is none of that name.
  func header(at key: ObjectKey) throws(DeltaLogError) -> DeltaHeader? {
    let head: [UInt8]
    do throws(TierError) {
      guard let byteCount = try tier.byteCount(of: key) else { return nil }
      head = try tier.read(key, range: 0..<min(byteCount, UInt64(DeltaLimits.headByteCount)))
    } catch {
      throw .tier(error)
    }
    return try header(head, at: key)
  }

  private func header(_ head: [UInt8], at key: ObjectKey) throws(DeltaLogError) -> DeltaHeader {
    do throws(FormatError) {
      var input = ByteReader(head.rawSpan, of: "delta")
      let header = try DeltaHeader(from: &input)
      guard header.key == key else { throw .damaged("delta", "belongs at \(header.key), not at \(key)") }
      return header
    } catch {
      throw .damaged(key, error)
    }
  }
}

extension QuarantinedDelta {
  /// Whether its producer's line was compacted past it.
  fileprivate func isBehind(_ state: CompactedState) -> Bool { sequence <= state.sequence(of: producer) }
}

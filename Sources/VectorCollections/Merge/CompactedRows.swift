package import SnapshotFormat

/// The rows that a rewritten segment gets: joined, and without what need not be kept (formats/segment.md §5).
package final class CompactedRows {
  package struct Rule: Sendable, Equatable {
    /// Nothing at or below this clock is accepted any more. Nil: nothing is given up.
    package var horizon: HybridClock?
    /// The segments of the collection that are not merged: what they may say something of is not given up.
    package var kept: [SegmentTotals]

    package init(horizon: HybridClock?, beside kept: [SegmentTotals] = []) {
      self.horizon = horizon
      self.kept = kept
    }

    /// The horizon, for a row of which nothing else is said.
    fileprivate func horizon(of key: RowKey) -> HybridClock? {
      let isAlone = !kept.contains { key.isPrefix ? $0.mayCover(idsUnder: key.name) : $0.mayHold(key.name) }
      return isAlone ? horizon : nil
    }

    /// The horizon, for an id that no prefix covers besides.
    fileprivate func foldingHorizon(of id: RecordName) -> HybridClock? {
      kept.contains { $0.mayCover(id) } ? nil : horizon
    }
  }

  private struct Prefix {
    let row: Row
    /// Whether its row goes into the segment; if not, it is joined into every row it covers.
    let isKept: Bool
  }

  private let merge: RecordMerge
  private let rule: Rule
  private var covering = CoveringPrefixes<Prefix>()
  /// Whether a row was larger than it may be.
  package private(set) var isCrowded = false
  /// The greatest clock of what was given up: nothing at or below it may be accepted any more.
  package private(set) var greatestGivenUp = HybridClock.zero
  /// Those that were asked about of which nothing is left.
  package private(set) var givenUp: [RowKey] = []
  /// Of a row that was left out because what is not merged has overtaken it: the least that says so, too.
  package private(set) var overtaken: Row?
  /// Whether it is asked about a key.
  private let isAsked: (RowKey) -> Bool
  /// What the whole collection says of a key.
  private let whole: (RowKey) throws(FormatError) -> Row?

  /// - Parameters:
  ///   - isAsked: whether it is noted where nothing is left of a key.
  ///   - whole: what the whole collection, with what is not merged, says of a key. Asked where a row would be larger
  ///     than it may be.
  package init(
    _ sources: [any RowSource], rule: Rule, isAsked: @escaping (RowKey) -> Bool = { _ in false },
    whole: @escaping (RowKey) throws(FormatError) -> Row? = { _ throws(FormatError) in nil }
  ) throws(FormatError) {
    merge = try RecordMerge(sources)
    self.rule = rule
    self.isAsked = isAsked
    self.whole = whole
  }

  /// - Throws: `.beyondLimit` for a row that may not stand in a segment.
  package func next() throws(FormatError) -> Row? {
    while let step = try merge.next() {
      var row = step.row
      covering.advance(to: row.key)
      // What is over already, as a segment that is kept says, may make it too large.
      if !row.isWithinLimits, let whole = try whole(row.key) { row = row.keeping(changesOf: whole) }
      guard !row.isEmpty else {
        overtaken = overtaken ?? step.row.least
        continue
      }
      guard let row = row.key.isPrefix ? prefix(row) : id(row) else { continue }
      guard row.isWithinLimits else {
        isCrowded = true
        throw .beyondLimit("segment", "more changed keys of one record than a row may have")
      }
      return row
    }
    return nil
  }

  private func prefix(_ row: Row) -> Row? {
    let kept = covering.elements.filter(\.isKept)
    let rest = kept.reduce(row) { $0.without($1.row) }
    guard !rest.isEmpty else { return nil }
    let goes = rule.horizon(of: rest.key).map { rest.isAllAtOrBelow($0) } ?? false
    if goes { giveUp(rest.stamps) }
    covering.push(rest.key, Prefix(row: rest, isKept: !goes))
    return goes ? nil : rest
  }

  private func id(_ row: Row) -> Row? {
    var row = row
    for prefix in covering.elements where !prefix.isKept { row.join(prefix.row) }
    for prefix in covering.elements where prefix.isKept { row = row.without(prefix.row) }
    guard !row.isEmpty else { return nil }
    if row.record == nil, let horizon = rule.horizon(of: row.key), row.isAllAtOrBelow(horizon) {
      giveUp(row.stamps)
      if isAsked(row.key) { givenUp.append(row.key) }
      return nil
    }
    let isChangedByPrefix = covering.elements.contains { $0.isKept && !$0.row.changes.isEmpty }
    guard !isChangedByPrefix, let horizon = rule.foldingHorizon(of: row.key.name) else { return row }
    let folded = row.folded(through: horizon)
    if folded != row { giveUp(row.changes.map(\.stamp)) }
    return folded
  }

  private func giveUp(_ stamps: [Stamp]) {
    greatestGivenUp = stamps.reduce(greatestGivenUp) { max($0, $1.clock) }
  }
}

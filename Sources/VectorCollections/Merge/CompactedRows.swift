package import SnapshotFormat

/// The rows that a rewritten segment gets: joined, and without what need not be kept (formats/segment.md §5).
package final class CompactedRows {
  package struct Rule: Sendable, Equatable {
    /// Nothing at or below this clock is accepted any more. Nil: nothing is given up.
    package var horizon: HybridClock?
    /// Whether the merge has all segments of the collection; only then may rows go.
    package var isComplete: Bool

    package init(horizon: HybridClock?, isComplete: Bool) {
      self.horizon = horizon
      self.isComplete = isComplete
    }

    fileprivate var effectiveHorizon: HybridClock? { isComplete ? horizon : nil }
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
  /// What the whole collection says of a key.
  private let whole: (RowKey) throws(FormatError) -> Row?

  /// - Parameter whole: what the whole collection, with what is not merged, says of a key. Asked where a row would be
  ///   larger than it may be.
  package init(
    _ sources: [any RowSource], rule: Rule,
    whole: @escaping (RowKey) throws(FormatError) -> Row? = { _ throws(FormatError) in nil }
  ) throws(FormatError) {
    merge = try RecordMerge(sources)
    self.rule = rule
    self.whole = whole
  }

  /// - Throws: `.beyondLimit` for a row that may not stand in a segment.
  package func next() throws(FormatError) -> Row? {
    while let step = try merge.next() {
      var row = step.row
      covering.advance(to: row.key)
      // What is over already, as a segment that is kept says, may make it too large.
      if !row.isWithinLimits, let whole = try whole(row.key) { row = row.keeping(changesOf: whole) }
      guard !row.isEmpty else { continue }
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
    let goes = rule.effectiveHorizon.map { rest.isAllAtOrBelow($0) } ?? false
    covering.push(rest.key, Prefix(row: rest, isKept: !goes))
    return goes ? nil : rest
  }

  private func id(_ row: Row) -> Row? {
    var row = row
    for prefix in covering.elements where !prefix.isKept { row.join(prefix.row) }
    for prefix in covering.elements where prefix.isKept { row = row.without(prefix.row) }
    guard !row.isEmpty else { return nil }
    guard let horizon = rule.effectiveHorizon else { return row }
    if row.record == nil, row.isAllAtOrBelow(horizon) { return nil }
    let isChangedByPrefix = covering.elements.contains { $0.isKept && !$0.row.changes.isEmpty }
    return isChangedByPrefix ? row : row.folded(through: horizon)
  }
}

package import Primitives
package import SnapshotFormat

/// A delta that waits for compaction, by the number of its line.
package struct DeltaReference: Hashable, Sendable {
  package let producer: ProducerName
  package let sequence: UInt64
  package let byteCount: UInt64

  package init(producer: ProducerName, sequence: UInt64, byteCount: UInt64) {
    self.producer = producer
    self.sequence = sequence
    self.byteCount = byteCount
  }
}

/// What the choice of segments goes by.
package struct SegmentSummary: Hashable, Sendable {
  package let name: UniqueName
  package let byteCount: Int
  package let rowCount: Int
  /// Rows known to be superseded.
  package let deadRowCount: Int
  package let leastName: RecordName
  package let greatestName: RecordName

  package init(
    name: UniqueName, byteCount: Int, rowCount: Int, deadRowCount: Int, names: ClosedRange<RecordName>
  ) {
    self.name = name
    self.byteCount = byteCount
    self.rowCount = rowCount
    self.deadRowCount = deadRowCount
    leastName = names.lowerBound
    greatestName = names.upperBound
  }

  package init(_ index: SegmentIndex, deadRowCount: Int) {
    self.init(
      name: index.header.name, byteCount: index.byteCount, rowCount: index.rowCount, deadRowCount: deadRowCount,
      names: index.totals.leastName...max(index.totals.leastName, index.totals.greatestName))
  }
}

/// What one compaction takes and rewrites. A pure value: the same state gives the same plan.
///
/// - Of each producer a run without gaps is taken, from the first that waits.
/// - Segments stay as they are unless half of their rows are dead, too many lie over each other, or many small ones lie
///   side by side; so cost follows the deltas.
package struct CompactionPlan: Hashable, Sendable {
  package struct Limits: Hashable, Sendable {
    package var deltaCount = 1_024
    package var deltaByteCount: UInt64 = 64 << 20
    /// How many segments a look-up of one id may have to ask.
    package var segmentDepth = 8
    /// How many are left over each other after too many were merged.
    package var segmentDepthAfter = 4
    /// As many neighbours of about a size become one segment.
    package var neighbourCount = 4
    /// Neighbours that are larger stay as they are.
    package var neighbourByteCountMax = 16 << 20
    /// So many are rewritten at most, and the others by the next compactions: what deltas bring is merged with them.
    package var rewrittenCountMax = RecordMerge.sourceCountMax - 1

    package init() {}
  }

  /// One of each producer in turn.
  package private(set) var deltas: [DeltaReference]
  package let rewritten: [SegmentSummary]
  package let kept: [SegmentSummary]
  /// Whether deltas are left for the next compaction.
  package private(set) var leavesDeltas: Bool

  /// Whether there is anything to do.
  package var isEmpty: Bool { deltas.isEmpty && rewritten.isEmpty }

  /// - Parameter waiting: for each producer the deltas without a gap after the compacted one, ascending.
  package init(
    waiting: [ProducerName: [DeltaReference]], segments: [SegmentSummary], limits: Limits = Limits()
  ) {
    deltas = CompactionPlan.choose(from: waiting, limits)
    leavesDeltas = deltas.count < waiting.values.reduce(0) { $0 + $1.count }
    let chosen = CompactionPlan.choose(from: segments, brings: deltas.isEmpty ? 0 : 1, limits)
    rewritten = segments.filter { chosen.contains($0.name) }
    kept = segments.filter { !chosen.contains($0.name) }
  }

  /// One of each producer in turn, so that a busy one does not keep the others waiting. At least one is taken.
  private static func choose(from waiting: [ProducerName: [DeltaReference]], _ limits: Limits) -> [DeltaReference] {
    var chosen: [DeltaReference] = []
    var byteCount: UInt64 = 0
    var round = 0
    let producers = waiting.keys.sorted()
    while true {
      let turn = producers.compactMap { waiting[$0].flatMap { round < $0.count ? $0[round] : nil } }
      guard !turn.isEmpty else { return chosen }
      for delta in turn {
        let isWithin = chosen.count < limits.deltaCount && byteCount + delta.byteCount <= limits.deltaByteCount
        guard chosen.isEmpty || isWithin else { return chosen }
        chosen.append(delta)
        byteCount += delta.byteCount
      }
      round += 1
    }
  }

  /// Takes no more than these of its deltas.
  mutating func narrow(to taken: [DeltaReference], leavesDeltas: Bool) {
    deltas = taken
    self.leavesDeltas = leavesDeltas
  }
}

extension CompactionPlan {
  private static func choose(from segments: [SegmentSummary], brings count: Int, _ limits: Limits) -> Set<UniqueName> {
    let countMax = limits.rewrittenCountMax
    var chosen = Set(segments.filter { $0.deadRowCount * 2 > $0.rowCount }.prefix(countMax).map(\.name))
    let neighbours = neighbours(segments.filter { !chosen.contains($0.name) }, limits)
    for segment in neighbours.prefix(countMax - chosen.count) { chosen.insert(segment.name) }
    let rest = segments.filter { !chosen.contains($0.name) }
    let brings = max(count, chosen.isEmpty ? 0 : 1)
    guard depth(of: rest) + brings > limits.segmentDepth else { return chosen }
    let bySize = rest.sorted { ($0.byteCount, $0.name.hex) < ($1.byteCount, $1.name.hex) }
    for index in bySize.indices.prefix(countMax - chosen.count) {
      chosen.insert(bySize[index].name)
      guard depth(of: Array(bySize[(index + 1)...])) + 1 > limits.segmentDepthAfter else { break }
    }
    return chosen
  }

  /// Small segments side by side, of about a size, where there are many: the smallest that are. Each byte is written
  /// again once for each size, and of each size few are left.
  private static func neighbours(_ segments: [SegmentSummary], _ limits: Limits) -> [SegmentSummary] {
    let ordered = segments.sorted { ($0.leastName, $0.name.hex) < ($1.leastName, $1.name.hex) }
    var size = 0...1 << 16
    while size.upperBound <= limits.neighbourByteCountMax {
      let runs = ordered.split { $0.byteCount > size.upperBound }
      let many = runs.filter { run in
        // Those that lie over each other are few: their number is bounded as it is.
        run.count { size.contains($0.byteCount) } >= limits.neighbourCount && depth(of: Array(run)) * 2 <= run.count
      }
      if !many.isEmpty { return many.flatMap(\.self) }
      size = size.upperBound + 1...size.upperBound * limits.neighbourCount
    }
    return []
  }

  /// How many of the segments may hold the same id, at most.
  static func depth(of segments: [SegmentSummary]) -> Int {
    let starts = segments.map { ($0.leastName, 1) }
    let ends = segments.map { ($0.greatestName, -1) }
    // Where one begins with the name another ends with, both may hold it: starts come first.
    let events = (starts + ends).sorted { $0.0 == $1.0 ? $0.1 > $1.1 : $0.0 < $1.0 }
    var (depth, deepest) = (0, 0)
    for event in events {
      depth += event.1
      deepest = max(deepest, depth)
    }
    return deepest
  }
}

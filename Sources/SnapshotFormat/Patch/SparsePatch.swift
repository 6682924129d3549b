internal import Primitives

/// Form 1 of a chunk (formats/patch.md §1): the runs in which it differs from its base, and what stands in them.
package enum SparsePatch {
  /// Runs are found in steps of this many bytes and joined over gaps of at most `gapByteCountMax`.
  private static let step = 4
  private static let gapByteCountMax = 16

  /// The patch that makes `chunk` from `base`, or nil when more than `literalByteCountMax` bytes differ.
  package static func encode(_ chunk: RawSpan, base: RawSpan, literalByteCountMax: Int) -> [UInt8]? {
    guard let runs = runs(chunk, base: base, literalByteCountMax: literalByteCountMax) else { return nil }
    let literals = runs.reduce(0) { $0 + $1.count }
    var output = ByteWriter(capacity: 8 + runs.count * 3 + literals)
    output.varint(UInt64(runs.count))
    output.varint(UInt64(literals))
    var position = 0
    for run in runs {
      output.varint(UInt64(run.lowerBound - position))
      output.varint(UInt64(run.count))
      position = run.upperBound
    }
    for run in runs { output.append(chunk.extracting(run)) }
    return output.bytes
  }

  /// Makes a chunk of `byteCount` bytes of its base: without a copy where nobody else has the base.
  ///
  /// - Parameter changed: is given each run of the chunk that is not as in the base, ascending.
  /// - Throws: `.damaged` when the patch does not fit the chunk or the base. The result is not yet checked against the
  ///   chunk's id.
  package static func apply(
    _ patch: RawSpan, base: consuming [UInt8], byteCount: Int, changed: (Range<Int>) -> Void = { _ in }
  ) throws(FormatError) -> [UInt8] {
    var control = ByteReader(patch, of: "sparse patch")
    let runCount = Int(try control.varint(limit: UInt64(byteCount)))
    let literalByteCount = Int(try control.varint(limit: UInt64(byteCount)))
    guard literalByteCount <= control.remaining else { throw .truncated("sparse patch", at: patch.byteCount) }
    var literals = ByteReader(patch, of: "sparse patch literals")
    _ = try literals.span(patch.byteCount - literalByteCount)
    let baseByteCount = base.count
    var chunk = base
    chunk.resize(to: byteCount)
    var position = 0
    for _ in 0..<runCount {
      let kept = Int(try control.varint(limit: UInt64(byteCount - position)))
      position += kept
      try check(kept: kept, until: position, ofBase: baseByteCount)
      let count = Int(try control.varint(limit: UInt64(byteCount - position)))
      guard count > 0 else { throw control.damaged("an empty run") }
      chunk.replace(from: position, with: try literals.span(count))
      changed(position..<(position + count))
      position += count
    }
    guard literals.isAtEnd, control.remaining == literalByteCount else {
      throw control.damaged("literals are left over")
    }
    try check(kept: byteCount - position, until: byteCount, ofBase: baseByteCount)
    return chunk
  }

  private static func check(kept count: Int, until end: Int, ofBase byteCount: Int) throws(FormatError) {
    guard count == 0 || end <= byteCount else {
      throw .damaged("sparse patch", "it keeps bytes the base has not")
    }
  }

  private static func runs(_ chunk: RawSpan, base: RawSpan, literalByteCountMax: Int) -> [Range<Int>]? {
    var finder = RunFinder(literalByteCountMax: literalByteCountMax)
    let shared = min(chunk.byteCount, base.byteCount)
    let differences = WordDifferences(chunk, base)
    guard differences.forEachRun({ finder.add($0) }) else { return nil }
    // Behind the last block: words, then the bytes that are left.
    var offset = differences.byteCount
    while offset < shared {
      let end = offset + step <= shared ? offset + step : offset + 1
      let isSame = chunk.extracting(offset..<end).isSame(as: base.extracting(offset..<end))
      guard isSame || finder.add(offset..<end) else { return nil }
      offset = end
    }
    if chunk.byteCount > shared, !finder.add(shared..<chunk.byteCount) { return nil }
    return finder.runs
  }

  /// Joins differing steps into runs and counts what they hold.
  private struct RunFinder {
    let literalByteCountMax: Int
    private(set) var runs: [Range<Int>] = []
    private var literalByteCount = 0

    init(literalByteCountMax: Int) {
      self.literalByteCountMax = literalByteCountMax
    }

    /// False when the runs hold more than they may.
    mutating func add(_ range: Range<Int>) -> Bool {
      if let last = runs.last, range.lowerBound - last.upperBound <= gapByteCountMax {
        literalByteCount += range.upperBound - last.upperBound
        runs[runs.count - 1] = last.lowerBound..<range.upperBound
      } else {
        literalByteCount += range.count
        runs.append(range)
      }
      return literalByteCount <= literalByteCountMax
    }
  }
}

extension [UInt8] {
  /// Cuts what is too much, or adds zeros.
  fileprivate mutating func resize(to byteCount: Int) {
    if count > byteCount { removeLast(count - byteCount) }
    if count < byteCount { append(contentsOf: repeatElement(0, count: byteCount - count)) }
  }

  /// - Precondition: `bytes` fit between `start` and the end.
  fileprivate mutating func replace(from start: Int, with bytes: RawSpan) {
    precondition(start >= 0 && bytes.byteCount <= count - start, "a run lies within its chunk")
    // Safe: checked just now.
    unsafe withUnsafeMutableBytes { target in
      unsafe bytes.withUnsafeBytes {
        unsafe target.baseAddress!.advanced(by: start).copyMemory(from: $0.baseAddress!, byteCount: $0.count)
      }
    }
  }
}

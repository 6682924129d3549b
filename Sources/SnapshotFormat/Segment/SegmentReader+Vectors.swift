internal import Primitives

/// The vectors of a segment as one run of floats (formats/segment.md §3).
extension SegmentReader {
  package var vectorCount: Int { index.header.vectorCount }

  /// The elements of neighbouring vectors, where they are, without a copy.
  ///
  /// - Throws: also when the segment's bytes do not begin at a multiple of 4 in memory; mapped ones do.
  @_lifetime(copy self)
  package func floats(ofVectors range: Range<Int>) throws(FormatError) -> Span<Float> {
    let width = index.schema.vectorByteCount
    let start = index[.vectors].offset
    guard range.lowerBound >= 0, range.upperBound <= vectorCount,
      let vectors = try part(start + range.lowerBound * width, start + range.upperBound * width)
    else { throw .damaged("segment", "it has \(vectorCount) vectors, not \(range.upperBound)") }
    return try SegmentReader.floats(vectors)
  }

  /// The row a vector belongs to.
  ///
  /// Rows without a body have none: from where it would be without them, the search goes on by as many as are missing.
  package func row(ofVector vector: Int) throws(FormatError) -> Int {
    var row = vector
    while row < rowCount {
      let found = try entry(row).vectorRow
      if found == UInt32(vector) { return row }
      guard found == SegmentRowEntry.noIndex || found < UInt32(vector) else { break }
      row += found == SegmentRowEntry.noIndex ? 1 : vector - Int(found)
    }
    throw .damaged("segment rows", "vector \(vector) belongs to no row")
  }

  @_lifetime(copy bytes)
  static func floats(_ bytes: RawSpan) throws(FormatError) -> Span<Float> {
    let isAligned = unsafe bytes.withUnsafeBytes { bytes in
      Int(bitPattern: bytes.baseAddress).isMultiple(of: MemoryLayout<Float>.alignment)
    }
    guard isAligned else { throw .damaged("segment", "its bytes are not aligned in memory") }
    // Safe: aligned, whole elements, and every bit pattern is a Float.
    return Span<Float>(_bytes: bytes)
  }
}

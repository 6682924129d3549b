internal import Primitives

/// What is left of a delta whose writing was cut off (formats/delta.md §7 "Recovery").
package struct RecoveredDelta: Sendable {
  package let header: DeltaHeader
  /// The complete batches, in order.
  package let batches: [[StampedOperation]]
  /// Where the torn tail begins: the file is cut to this many bytes.
  package let byteCount: Int
  /// Why the tail was not taken; nil when the bytes end with a complete batch.
  package let tear: FormatError?
}

extension DeltaReader {
  /// Reads an unsealed file from the front, as far as it is whole.
  ///
  /// - Throws: when not even the header is whole: then there is nothing to recover.
  package static func recover(_ bytes: RawSpan) throws(FormatError) -> RecoveredDelta {
    guard bytes.byteCount <= DeltaLimits.byteCount else {
      throw .beyondLimit("delta", "\(bytes.byteCount) bytes where \(DeltaLimits.byteCount) are allowed")
    }
    var input = ByteReader(bytes, of: "delta")
    let header = try DeltaHeader(from: &input)
    let start = input.offset
    let batches = bytes.extracting(start..<bytes.byteCount)
    var cursor = DeltaBatchCursor(schema: header.schema)
    var taken: [[StampedOperation]] = []
    var tear: FormatError?
    while tear == nil, cursor.offset < batches.byteCount {
      do throws(FormatError) { taken.append(try cursor.next(in: batches)) } catch { tear = error }
    }
    return RecoveredDelta(header: header, batches: taken, byteCount: start + cursor.offset, tear: tear)
  }
}

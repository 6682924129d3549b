internal import JobAdapters

/// A whole array as NumPy saves it: of one axis one vector, of two a vector in each row.
struct NumPyArray {
  private let rowCount: Int
  private let dimension: Int
  private let elements: ArraySlice<UInt8>

  /// Nil for what is no such array.
  ///
  /// - Throws: for one of other elements than little-endian `f32`, of more than two axes, or that is not whole.
  init?(_ bytes: [UInt8]) throws(QueryVectors.Refusal) {
    guard NumPyHeader.begins(bytes) else { return nil }
    let header: NumPyHeader
    do throws(RecordDefect) { header = try NumPyHeader(bytes) } catch {
      throw QueryVectors.Refusal(reason: error.reason)
    }
    rowCount = header.shape.count == 1 ? 1 : header.shape[0]
    dimension = header.shape[header.shape.count - 1]
    elements = bytes[header.byteCount...]
    guard header.elementsByteCount == UInt64(elements.count) else {
      throw NumPyArray.refused("has \(elements.count) bytes of elements, which are not those of its shape")
    }
  }

  func rows() throws(QueryVectors.Refusal) -> [[Float]] {
    guard dimension > 0, rowCount <= QueryVectors.countMax else {
      throw NumPyArray.refused("has the shape \(rowCount) × \(dimension)")
    }
    let floats = try QueryVectors.elements(elements)
    return (0..<rowCount).map { Array(floats[$0 * dimension..<($0 + 1) * dimension]) }
  }

  private static func refused(_ reason: String) -> QueryVectors.Refusal {
    QueryVectors.Refusal(reason: "the .npy \(reason)")
  }
}

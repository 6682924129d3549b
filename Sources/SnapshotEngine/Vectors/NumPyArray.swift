/// An array as NumPy saves it: magic, version, the byte count of a header, the header, the elements.
struct NumPyArray {
  private let rowCount: Int
  private let dimension: Int
  private let elements: ArraySlice<UInt8>

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Nil for what is no such array.
  ///
  /// - Throws: for one of other elements than little-endian `f32`, of more than two axes, or that is not whole.
  init?(_ bytes: [UInt8]) throws(QueryVectors.Refusal) {
    guard bytes.starts(with: NumPyArray.magic) else { return nil }
    guard bytes.count >= 12 else { throw NumPyArray.refused("is not whole") }
    // The byte count has two bytes in version 1, four later.
    let countEnd = bytes[6] == 1 ? 10 : 12
    let headerByteCount = bytes[8..<countEnd].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard headerByteCount <= bytes.count - countEnd else { throw NumPyArray.refused("is not whole") }
    let header = bytes[countEnd..<countEnd + headerByteCount].filter { $0 > 0x20 }
    (rowCount, dimension) = try NumPyArray.shape(String(decoding: header, as: UTF8.self))
    elements = bytes[(countEnd + headerByteCount)...]
    let (count, overflows) = rowCount.multipliedReportingOverflow(by: dimension)
    guard !overflows, elements.count.isMultiple(of: 4), elements.count / 4 == count else {
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

  /// - Parameter header: a Python dictionary, without spaces.
  private static func shape(_ header: String) throws(QueryVectors.Refusal) -> (Int, Int) {
    guard header.contains("'descr':'<f4'"), header.contains("'fortran_order':False") else {
      throw refused("is not of little-endian float32, row by row")
    }
    let numbers = header.split(separator: "'shape':(").dropFirst().first?.prefix { $0 != ")" }.split(separator: ",")
    let axes = (numbers ?? []).compactMap { Int($0) }.filter { $0 >= 0 }
    guard axes.count == numbers?.count, (1...2).contains(axes.count) else {
      throw refused("has no shape of 1 or 2 axes")
    }
    return axes.count == 1 ? (1, axes[0]) : (axes[0], axes[1])
  }

  private static func refused(_ reason: String) -> QueryVectors.Refusal {
    QueryVectors.Refusal(reason: "the .npy \(reason)")
  }
}

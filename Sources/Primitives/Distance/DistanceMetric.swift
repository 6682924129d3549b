internal import CKernels

/// How far two vectors are from each other; smaller is nearer.
///
/// The numbers are those that ChromaDB and hnswlib give for the same names.
package enum DistanceMetric: Sendable, CaseIterable {
  /// The sum of squared differences.
  case squaredEuclidean
  /// 1 less the cosine of the angle; 1 where a vector has no length.
  case cosine
  /// 1 less the inner product.
  case innerProduct

  /// The distances of rows that stand one behind the other from a query, in order.
  ///
  /// Sums are taken in the order in which the processor does them best: their last bit may differ between processors.
  /// - Precondition: `rows` holds whole rows of as many elements as the query has, at least one.
  package func distances(of rows: Span<Float>, from query: [Float]) -> [Float] {
    precondition(!query.isEmpty && rows.count.isMultiple(of: query.count), "rows are whole")
    let count = rows.count / query.count
    guard count > 0 else { return [] }
    let (first, second) = raw(rows, query, count)
    switch self {
    case .squaredEuclidean: return first
    case .innerProduct: return first.map { 1 - $0 }
    case .cosine:
      let length = query.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return zip(first, second).map { product, squares in
        let scale = length * squares.squareRoot()
        return scale > 0 ? 1 - product / scale : 1
      }
    }
  }

  private var kind: Int32 {
    switch self {
    case .squaredEuclidean: Int32(KERNEL_SQUARES)
    case .innerProduct: Int32(KERNEL_PRODUCTS)
    case .cosine: Int32(KERNEL_PRODUCTS_AND_NORMS)
    }
  }

  private func raw(_ rows: Span<Float>, _ query: [Float], _ count: Int) -> ([Float], [Float]) {
    var second = self == .cosine ? [Float](repeating: 0, count: count) : []
    // Safe: the kernel reads `count` rows and one query, and writes one result of each row into each array.
    let first = unsafe [Float](unsafeUninitializedCapacity: count) { output, initialized in
      unsafe rows.withUnsafeBufferPointer { rows in
        unsafe second.withUnsafeMutableBufferPointer { second in
          unsafe kernel_distances(
            kind, rows.baseAddress!, count, query.count, query, output.baseAddress!, second.baseAddress)
        }
      }
      initialized = count
    }
    return (first, second)
  }
}

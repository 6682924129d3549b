package import Primitives

/// What is looked for: the records whose vectors are nearest to one.
package struct VectorQuery: Sendable {
  /// So many records are given at most.
  package static let countMax = 10_000

  package let vector: [Float]
  package let metric: DistanceMetric
  package let count: Int

  /// - Precondition: `count` is 1 … 10,000, and the vector not empty.
  package init(_ vector: [Float], metric: DistanceMetric, count: Int) {
    precondition((1...VectorQuery.countMax).contains(count) && !vector.isEmpty, "a query within its bounds")
    self.vector = vector
    self.metric = metric
    self.count = count
  }
}

internal import Primitives

/// A record that was found by its vector.
public struct VectorMatch: Sendable, Equatable {
  /// What was found.
  public let record: VectorRecord
  /// How far it is; smaller is nearer.
  public let distance: Float
}

/// How far two vectors are from each other. The numbers are those of ChromaDB and hnswlib.
public enum VectorMetric: String, Sendable, CaseIterable {
  /// The sum of squared differences.
  case l2
  /// 1 less the cosine of the angle; 1 where a vector has no length.
  case cosine
  /// 1 less the inner product.
  case ip

  var metric: DistanceMetric {
    switch self {
    case .l2: .squaredEuclidean
    case .cosine: .cosine
    case .ip: .innerProduct
    }
  }
}

/// What a search found, and what it took.
public struct VectorMatches: Sendable {
  /// The nearest first; of two that are as near, the one with the lesser id.
  public let matches: [VectorMatch]
  /// Bytes of all vectors that were there to be compared.
  public let vectorBytes: UInt64
  /// Seconds of the search itself, without opening the collection.
  public let seconds: Double
}

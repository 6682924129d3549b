package import SnapshotFormat

/// A record, and how far its vector is from that of a query.
package struct Neighbor: Sendable, Comparable {
  package let id: RecordName
  package let body: RecordBody
  package let distance: Float

  package init(id: RecordName, body: RecordBody, distance: Float) {
    self.id = id
    self.body = body
    self.distance = distance
  }

  /// The nearer one first; of two that are as near, the one with the lesser id. What is no number is farthest.
  package static func < (left: Neighbor, right: Neighbor) -> Bool {
    let (mine, theirs) = (left.distance.ordered, right.distance.ordered)
    return mine == theirs ? left.id < right.id : mine < theirs
  }
}

/// A vector of a segment that may be among the nearest, if its row still counts.
struct NearVector: Sendable, Comparable {
  let distance: Float
  let segment: Int
  let vector: Int

  static func < (left: NearVector, right: NearVector) -> Bool {
    (left.distance.ordered, left.segment, left.vector) < (right.distance.ordered, right.segment, right.vector)
  }
}

extension Float {
  /// Itself, or infinity where it is no number.
  var ordered: Float { isNaN ? .infinity : self }
}

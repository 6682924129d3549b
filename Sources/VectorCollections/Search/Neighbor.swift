package import SnapshotFormat

/// A record, and how far its vector is from that of a query.
package struct Neighbor: Sendable, Equatable {
  package let id: RecordName
  package let body: RecordBody
  package let distance: Float

  package init(id: RecordName, body: RecordBody, distance: Float) {
    self.id = id
    self.body = body
    self.distance = distance
  }
}

/// The id of a record, and how far its vector is from that of a query.
package struct NearRecord: Sendable, Comparable {
  package let distance: Float
  package let id: RecordName

  package init(distance: Float, id: RecordName) {
    self.distance = distance
    self.id = id
  }

  /// The nearer one first; of two that are as near, the one with the lesser id. What is no number is farthest.
  package static func < (left: NearRecord, right: NearRecord) -> Bool {
    let (mine, theirs) = (left.distance.ordered, right.distance.ordered)
    return mine == theirs ? left.id < right.id : mine < theirs
  }
}

extension Float {
  /// Itself, or infinity where it is no number.
  var ordered: Float { isNaN ? .infinity : self }
}

package import Primitives
package import SnapshotFormat

/// Frames of one pack that are read in one request.
package struct FrameRun: Sendable, Equatable {
  package let pack: UniqueName
  package private(set) var range: Range<UInt64>
  package private(set) var places: [Reference.Place]

  private init(_ place: Reference.Place) {
    pack = place.pack
    range = UInt64(place.frameOffset)..<UInt64(place.frameOffset + place.frameByteCount)
    places = [place]
  }

  package var byteCount: Int { range.count }

  /// Joins what lies close together: each frame once, a gap of at most `gap` bytes, a request of at most
  /// `byteCountMax`.
  ///
  /// A pure function of the places: what a plan counts is what the runner reads.
  package static func coalesce(_ places: [Reference.Place], gap: Int, byteCountMax: Int) -> [FrameRun] {
    let sorted = places.sorted {
      ($0.pack.high, $0.pack.low, $0.frameOffset) < ($1.pack.high, $1.pack.low, $1.frameOffset)
    }
    var runs: [FrameRun] = []
    for place in sorted where runs.isEmpty || !runs[runs.count - 1].take(place, gap: gap, byteCountMax: byteCountMax) {
      runs.append(FrameRun(place))
    }
    return runs
  }

  /// False when the frame begins a run of its own.
  private mutating func take(_ place: Reference.Place, gap: Int, byteCountMax: Int) -> Bool {
    let start = UInt64(place.frameOffset)
    let end = start + UInt64(place.frameByteCount)
    guard place.pack == pack, start <= range.upperBound + UInt64(gap) else { return false }
    if let last = places.last, last.frameOffset == place.frameOffset { return true }
    guard end >= range.upperBound, end - range.lowerBound <= UInt64(byteCountMax) else { return false }
    range = range.lowerBound..<end
    places.append(place)
    return true
  }
}

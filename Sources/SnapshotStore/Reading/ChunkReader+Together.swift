internal import Primitives
package import SnapshotFormat

extension ChunkReader {
  /// Several chunks, verified: their frames are read in as few requests as can be, on several threads.
  ///
  /// - Parameter references: of so many bytes that the cache of frames holds them; what it drops is read once more.
  /// - Throws: as `chunk(_:support:)` does.
  package func chunks(
    _ references: [Reference], support: SupportTable, together limits: StoreLimits
  ) throws(StoreError) -> [[UInt8]] {
    try prefetch(references, support: support, limits)
    return try chunks(references, support: support)
  }

  /// Reads and decodes the frames of chunks, and of all they are built on, in as few requests as can be.
  func prefetch(
    _ references: [Reference], support: SupportTable, _ limits: StoreLimits
  ) throws(StoreError) {
    try prefetch(try places(of: references, support), limits)
  }

  /// The same of frames alone.
  func prefetch(_ places: [Reference.Place], _ limits: StoreLimits) throws(StoreError) {
    let runs = FrameRun.coalesce(
      frames.missing(places), gap: limits.coalescingGapByteCount, byteCountMax: limits.requestByteCount)
    _ = try Parallel.map(runs, jobs: limits.jobs) { [frames] run throws(StoreError) in try frames.prefetch(run) }
  }

  /// The places of chunks and of their chains, each frame once.
  private func places(
    of references: [Reference], _ support: SupportTable
  ) throws(StoreError) -> [Reference.Place] {
    var places: [FrameCache.Key: Reference.Place] = [:]
    var seen: Set<Digest> = []
    var open = references
    while let reference = open.popLast() {
      guard seen.insert(reference.id).inserted else { continue }
      places[FrameCache.Key(reference.place)] = reference.place
      for slot in reference.base?.slots ?? [] { open.append(try support.reference(slot, below: reference)) }
    }
    return Array(places.values)
  }
}

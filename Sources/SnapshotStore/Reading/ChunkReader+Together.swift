package import SnapshotFormat

extension ChunkReader {
  /// Several chunks, verified: their frames are read in as few requests as can be, on several threads.
  ///
  /// - Parameter references: of so many bytes that the cache of frames holds them; what it drops is read once more.
  /// - Throws: as `chunk(_:support:)` does.
  package func chunks(
    _ references: [Reference], support: SupportTable, together limits: StoreLimits
  ) throws(StoreError) -> [[UInt8]] {
    let runs = FrameRun.coalesce(
      frames.missing(references.map(\.place)), gap: limits.coalescingGapByteCount,
      byteCountMax: limits.requestByteCount)
    _ = try Parallel.map(runs, jobs: limits.jobs) { [frames] run throws(StoreError) in try frames.prefetch(run) }
    return try chunks(references, support: support)
  }
}

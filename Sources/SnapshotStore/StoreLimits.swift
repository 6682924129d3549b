/// The bounds of one operation on a store: memory, threads, open files. In one place, documented in
/// docs/ARCHITECTURE.md.
///
/// With the defaults an operation stays below 128 MB whatever the size of the snapshot.
package struct StoreLimits: Sendable {
  /// Threads that hash, compare, encode and decode. At least 1.
  package var jobs = 2
  /// Bytes of input in flight at once.
  package var windowByteCount = 4 << 20
  /// Chunks in flight at once.
  package var windowChunkCount = 256
  /// Decoded frames that are kept.
  package var frameCacheByteCount = 24 << 20
  /// What a pack aims at.
  package var packByteCount = 16 << 20
  /// Packs on their way into the tier while the next one is made, where there is more than one job and the tier
  /// gains by calls at once: not on a local disk, where that costs a tenth more CPU for a sixth less time.
  package var packsUnderwayCount = 2
  /// What neighbouring chunks that are stored in full share at most: the least that is read to have one of them.
  package var chunkFrameByteCount = 256 << 10
  /// Chunks of the base that can be found at any place; above, only those at their own place are.
  package var chunkIndexCount = 1 << 17
  /// References that wait for the frame they are in.
  package var pendingReferenceCount = 8_192
  /// Range reads of a pack are joined when this much or less lies between them.
  package var coalescingGapByteCount = 0
  /// And never grow above this.
  package var requestByteCount = 8 << 20

  package init() {}
}

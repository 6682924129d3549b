package import Primitives

/// What became of the chunks of one file.
package struct ChunkCounts: Sendable, Equatable {
  package var chunksSame = 0
  package var sameByteCount: UInt64 = 0
  /// Had by the base in another place, or met before in this run.
  package var chunksFound = 0
  package var foundByteCount: UInt64 = 0
  package var chunksPatched = 0
  /// Bytes of the chunks that were patched.
  package var patchedByteCount: UInt64 = 0
  /// Bytes of their patches before compression.
  package var patchByteCount: UInt64 = 0
  package var chunksNew = 0
  package var newByteCount: UInt64 = 0

  /// All bytes that were counted.
  package var byteCount: UInt64 { sameByteCount + foundByteCount + patchedByteCount + newByteCount }

  package init() {}
}

/// A file of a new snapshot, and why its bytes moved.
package struct FileOutcome: Sendable, Equatable {
  package let path: RelativePath
  package var byteCount: UInt64 = 0
  package var counts: ChunkCounts

  package init(path: RelativePath, _ counts: ChunkCounts = ChunkCounts()) {
    self.path = path
    self.counts = counts
  }
}

/// What writing a snapshot came to.
package struct WriteStatistics: Sendable, Equatable {
  package var bytesTotal: UInt64 = 0
  /// Bytes of the chunks that the base does not have.
  package var bytesChanged: UInt64 = 0
  /// Bytes of the packs and the root.
  package var bytesStored: UInt64 = 0
  package var chunksNew: UInt64 = 0
  package var chunksPatched: UInt64 = 0

  package init() {}

  package mutating func add(_ file: FileOutcome) {
    bytesTotal += file.byteCount
    bytesChanged += file.counts.patchedByteCount + file.counts.newByteCount
    chunksNew += UInt64(file.counts.chunksNew)
    chunksPatched += UInt64(file.counts.chunksPatched)
  }
}

package import Primitives

/// What a sync will do, in figures (`--dry-run`).
///
/// A pure function of the two manifests, the local changes and what an earlier run left. The steps themselves are made
/// again, window by window, while they are executed: the plan of a tree of any size is this small.
package struct SyncPlan: Sendable, Equatable {
  /// Root and pages, which were read to make the plan, and all frames that are to be read.
  package var bytesToRead: UInt64 = 0
  /// Bytes of files that are written; when patching in place, the most that can be.
  package var bytesToWrite: UInt64 = 0
  package var requests: UInt64 = 0
  /// Files that are written or patched.
  package var files: UInt64 = 0
  /// Everything that is not as it was: files, directories, links, modes, removals.
  package var steps: UInt64 = 0
  package var chunksToRead: UInt64 = 0
  package var localChanges: [LocalChange] = []
  package var localChangeCount = 0
  /// Room that files take which are not there yet.
  package var bytesToAllocate: UInt64 = 0
  /// Why files will be replaced one by one, and not all at once; nil where nothing speaks against it.
  package var obstacle: String?
  /// What of the version is wanted; nil: all of it.
  package var patterns: PartPatterns?
  /// Whether that is what the copy held before, and nobody said anything of it.
  package var isPartAsBefore = false
  /// Nothing differs.
  package var isEmpty: Bool { steps == 0 }

  package init() {}
}

/// Why the bytes of one file move (`--explain`).
package struct FileExplanation: Sendable, Equatable {
  package struct Part: Sendable, Equatable {
    package var chunks = 0
    package var bytes: UInt64 = 0

    mutating func add(_ byteCount: Int) {
      chunks += 1
      bytes += UInt64(byteCount)
    }
  }

  package let path: RelativePath
  /// Stored in full, and read.
  package var new = Part()
  /// Stored as a patch, and read; bytes of the chunks, not of the patches.
  package var patched = Part()
  /// Taken from another place in the copy.
  package var moved = Part()
  /// Taken from the same place in the copy.
  package var kept = Part()
  /// Had from an earlier run.
  package var resumed = Part()
  /// The file had been changed here.
  package var revertsLocalChange = false

  package init(path: RelativePath) {
    self.path = path
  }
}

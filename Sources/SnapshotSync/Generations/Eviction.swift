internal import FileIO
package import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// Which old generations of a directory go.
package struct Eviction: Sendable, Equatable {
  /// One generation that is not needed any more.
  package struct Candidate: Sendable, Equatable {
    package let name: GenerationName
    /// Bytes that its removal frees.
    package let byteCount: UInt64
    /// Somebody reads it: it stays.
    package let isPinned: Bool
  }

  package let candidates: [Candidate]
  /// What stays, the newest first.
  package let kept: [GenerationName]
}

extension SnapshotSync {
  /// Removes old generations of a directory, but for those that are pinned.
  ///
  /// Kept are the one `current` leads to and the one the directory remembers, mostly the same, and the newest besides,
  /// up to `keep`. What a killed run left is removed, too.
  /// - Parameter isDryRun: says what would go, and removes nothing.
  package static func evict(
    _ directory: String, keep: Int, isDryRun: Bool, random: any RandomSource, control: SyncControl,
    lockDeadline: Deadline
  ) throws(SyncError) -> Eviction {
    guard let found = try SyncTarget.open(directory) else { throw .store(.notFound(directory)) }
    guard try SyncTarget(found).hasGenerations else {
      throw .notACopy(directory: directory, reason: "it holds no generations")
    }
    return try withLock(directory, control, lockDeadline) { tree throws(SyncError) in
      try evict(in: tree, keep: keep, isDryRun: isDryRun, random: random, control: control)
    }
  }

  /// The caller holds the lock.
  static func evict(
    in tree: LocalTree, keep: Int, isDryRun: Bool, random: any RandomSource, control: SyncControl
  ) throws(SyncError) -> Eviction {
    let generations = Generations(tree, random: random, clock: control.clock)
    let remembered = try SyncTarget(tree).copy?.state.tree.flatMap { GenerationName($0.utf8) }
    return try filing { () throws(FileError) in
      let names = try generations.names()
      var kept = Set<GenerationName>()
      if let newest = try generations.newest() { kept.insert(newest) }
      if let remembered { kept.insert(remembered) }
      for name in names where kept.count < keep { kept.insert(name) }
      var candidates: [Eviction.Candidate] = []
      for name in names where !kept.contains(name) {
        if control.isCancelled() { break }
        let byteCount = try freedByteCount(name, in: tree)
        let stays = isDryRun ? try generations.isPinned(name) : try !generations.evict(name)
        candidates.append(Eviction.Candidate(name: name, byteCount: byteCount, isPinned: stays))
      }
      if !isDryRun { try generations.removeEvicted() }
      return Eviction(candidates: candidates, kept: names.filter { kept.contains($0) })
    }
  }

  /// Bytes of the files that no other generation has, too.
  private static func freedByteCount(_ name: GenerationName, in tree: LocalTree) throws(FileError) -> UInt64 {
    var walk = try TreeWalk(tree.directory.openDirectory(name))
    var byteCount: UInt64 = 0
    while let entry = try walk.next() {
      if entry.content == .file, entry.status.linkCount == 1 { byteCount += entry.status.byteCount }
    }
    return byteCount
  }
}

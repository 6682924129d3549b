internal import FileIO
public import Primitives
internal import SnapshotSync

/// A reader's grip on one generation of a directory that `sync` keeps with `.generations`.
///
/// ```swift
/// let pin = try await SnapshotEngine.pinGeneration(of: "/fast/words")
/// defer { pin.release() }
/// // Open and map what you like below pin.path: it stays as it is.
/// ```
/// - No eviction removes it, and no sync changes it, while it is pinned; in this process and in others.
/// - The grip ends with `release`, with the last reference, and with the process, however it ends.
public final class GenerationPin: Sendable {
  /// The generation's directory.
  public let path: String
  /// The version it is of.
  public let version: UInt64
  /// The identity of its names, types, modes, link targets and bytes.
  public let contentHash: Digest
  private let pinned: PinnedGeneration

  init(_ directory: String, _ pinned: PinnedGeneration) {
    path = "\(directory)/\(pinned.name.text)"
    version = pinned.name.version
    contentHash = pinned.contentHash
    self.pinned = pinned
  }

  /// Gives the generation free. Once is enough.
  public func release() {
    pinned.release()
  }
}

/// What an eviction came to, or would come to.
public struct Evicted: Sendable, Equatable {
  /// One generation that is not needed any more.
  public struct Generation: Sendable, Equatable {
    /// Its name in the directory.
    public let name: String
    /// The version it is of.
    public let version: UInt64
    /// Bytes that its removal frees.
    public let bytes: UInt64
    /// Whether it stays because somebody reads it.
    public let isPinned: Bool
  }

  /// Old generations, the newest first: removed, unless pinned.
  public let generations: [Generation]
  /// The names of those that are kept, the newest first.
  public let kept: [String]

  /// Bytes that were freed.
  public var bytesFreed: UInt64 { generations.reduce(0) { $0 + ($1.isPinned ? 0 : $1.bytes) } }
}

extension SnapshotEngine {
  /// Opens the current generation of a directory, and keeps it until it is released.
  ///
  /// - Throws: `.notFound` when there is none.
  public static func pinGeneration(
    of directory: String, configuration: EngineConfiguration = EngineConfiguration()
  ) async throws(EngineError) -> GenerationPin {
    try await local(configuration) { _ throws(EngineError) in
      let deadline = Deadline(seconds: configuration.lockTimeoutSeconds, from: clock)
      let pinned = try onTrees([directory], configuration) { () throws(EngineError) in
        try copying(directory) { () throws(SyncError) in
          try PinnedGeneration.pin(in: directory, deadline: deadline, clock: clock)
        }
      }
      return GenerationPin(directory, pinned)
    }
  }

  /// Removes old generations of a directory, but for those that somebody has pinned.
  ///
  /// The current one always stays. What a killed run left behind is removed, too.
  /// - Parameters:
  ///   - keep: how many stay, the current one among them.
  ///   - isDryRun: says what would go, and removes nothing.
  /// - Throws: `.failed` for a directory that holds no generations.
  public static func evict(
    _ directory: String, keeping keep: Int = 1, isDryRun: Bool = false,
    configuration: EngineConfiguration = EngineConfiguration()
  ) async throws(EngineError) -> Evicted {
    guard keep >= 1 else { throw EngineError(.usage, "the current generation always stays: keep 1 or more") }
    return try await local(configuration) { control throws(EngineError) in
      let deadline = Deadline(seconds: configuration.lockTimeoutSeconds, from: clock)
      let eviction = try onTrees([directory], configuration) { () throws(EngineError) in
        try copying(directory) { () throws(SyncError) in
          try SnapshotSync.evict(
            directory, keep: keep, isDryRun: isDryRun, random: random, control: control, lockDeadline: deadline)
        }
      }
      return Evicted(
        generations: eviction.candidates.map {
          Evicted.Generation(
            name: $0.name.text, version: $0.name.version, bytes: $0.byteCount, isPinned: $0.isPinned)
        }, kept: eviction.kept.map(\.text))
    }
  }
}

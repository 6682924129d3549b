internal import SnapshotSync

/// How a directory is brought to a version.
public struct SyncOptions: Sendable {
  /// How the directory changes.
  public enum Style: String, Sendable, CaseIterable {
    /// All at once: the next tree is built beside it, and the two change places.
    case exchange
    /// Files are patched where they are: least disk and least work; readers see it happen.
    case inPlace
    /// A directory for each version, and a link to the newest, for readers that keep what they opened.
    case generations
  }

  /// What of the version is brought: the files and links that these patterns include, the directories that lead there,
  /// and the `.snapignore` of each of these. Nil: what the copy holds, of a directory that is none everything.
  ///
  /// The patterns are those of `TreeSelection`. A copy remembers them; others move it to what they include, and
  /// `["**"]` makes it whole again. Throws `.notFound`, and touches nothing, when they include nothing of the version;
  /// a later version may come to have nothing of the part that a copy holds.
  public var includes: [String]?
  /// Of a watch, after the first sync.
  var allowsEmptyPart = false
  /// How the directory changes.
  public var style = Style.exchange
  /// Takes over a directory that was not made by `sync`.
  public var adopts = false
  /// Throws `.differs` when the directory was changed since it was synced, instead of putting the changes back.
  public var keepsLocalChanges = false
  /// Gives every entry the owner and group the version records: what is written, and what stays and differs. The
  /// directory itself is no entry. Throws `.failed` for a version without owners, before anything is touched, and when
  /// this process may not give files away, before any entry is touched where that can be known.
  public var setsOwners = false
  /// How many generations stay, the new one among them; nil: all. Those that are pinned stay in any case.
  public var generationCount: Int?
  /// Is told of local changes, the first 1,000 of them, when they keep the sync from being done.
  public var changed: (@Sendable (ChangedEntry) -> Void)?
  /// Is told the plan, before anything is written.
  public var planned: (@Sendable (SyncForecast) -> Void)?
  /// Is told how far it is.
  public var progress: ProgressHandler?
  /// Is told of each file whose bytes move, and why.
  public var explain: (@Sendable (Explanation) -> Void)?

  /// Exchanges the tree at once, and puts local changes back.
  public init() {}

  /// Patterns as they are given to the command line. Safe to print.
  package static func text(of includes: [String]) -> String { PartPatterns.text(of: includes) }
}

/// An entry of a copy that is no longer as it was left.
public struct ChangedEntry: Sendable, Equatable {
  /// Its path in the directory, safe to print.
  public let path: String
  /// `added`, `removed`, `content`, `mode`, or `kind` for a file where a directory was and the like.
  public let change: String
}

/// What a sync will do, in figures.
public struct SyncForecast: Sendable, Equatable {
  /// The version the directory is brought to.
  public let snapshot: Snapshot
  /// The patterns of what is brought of it; nil: everything.
  public let includes: [String]?
  /// Whether that is what the copy held before, and nothing else was asked for.
  public let keepsPart: Bool
  /// Bytes that are read from the store, manifests included.
  public let bytesToRead: UInt64
  /// Bytes of files that are written.
  public let bytesToWrite: UInt64
  /// Reads of the store.
  public let requests: UInt64
  /// Files that are written or patched.
  public let files: UInt64
  /// Everything that is not as it was: files, directories, links, modes, removals.
  public let steps: UInt64
  /// Local changes that will be put back.
  public let localChanges: Int
  /// Why files will be replaced one by one, so that for a while some are of the version before; nil where nothing that
  /// shows beforehand speaks against changing all at once. Safe to print.
  public let obstacle: String?
  /// `origin` or `cache`: what is read first.
  public let tier: String
}

/// What a sync came to.
public struct SyncedCopy: Sendable, Equatable {
  /// The version the directory has now.
  public let snapshot: Snapshot
  /// The patterns of what it has of it; nil: everything.
  public let includes: [String]?
  /// The directory, as it was given.
  public let directory: String
  /// The bytes of the files that it has of the version.
  public let bytesTotal: UInt64
  /// Bytes that were read from the store, manifests included.
  public let bytesRead: UInt64
  /// Bytes of files that were written.
  public let bytesWritten: UInt64
  /// Reads of the store.
  public let requests: UInt64
  /// Chunks that were read from the store.
  public let chunksRead: UInt64
  /// What bytes came from: `cache` where one served any, else `origin`.
  public let tier: String
  /// How the cache served; nil without one.
  public let cache: CacheService?
  /// Local changes that were put back.
  public let localChangesReverted: Int
  /// How the directory changed, in a few words: "exchanged", "one by one (reason)". Safe to print.
  public let way: String
  /// How long it took.
  public let seconds: Double
}

/// All that can be set about an engine, with its defaults. A value: change a copy, hand it to `SnapshotEngine.open`.
public struct EngineConfiguration: Sendable, Equatable {
  /// Where immutable objects are read.
  public enum Mode: String, Sendable, CaseIterable {
    /// From the cache where there is one, else from the origin.
    case auto
    /// From the origin only; the cache is neither read nor filled.
    case origin
    /// From the cache first; opening fails when there is none.
    case cache
  }

  /// Who touches the directory of a store or a cache. A call into a network file system that died does not return, and
  /// keeps its process from ending: another process makes it, which can be left behind.
  ///
  /// That is not so for the directories that a call takes, makes or checks (`create`, `sync`, `fork` and their like):
  /// this process touches them, and hangs with them. `snapctl` has a second process of its own do all of such a verb; a
  /// program that must not hang runs `snapctl`, or a process of its own that it can leave behind.
  public enum MountHelper: String, Sendable, CaseIterable {
    /// A helper process where the directory lies on a network file system or on FUSE, else this one.
    case auto
    /// A helper process, wherever the directory lies.
    case always
    /// This process.
    case never
  }

  /// Threads that hash, compare, encode and decode.
  public var jobs = 2
  /// Bytes of input in flight at once.
  public var windowByteCount = 4 << 20
  /// Bytes of decoded frames that are kept.
  public var frameCacheByteCount = 24 << 20
  /// What a pack aims at, in bytes.
  public var packByteCount = 16 << 20
  /// Largest range read of a pack, in bytes.
  public var requestByteCount = 8 << 20
  /// For so long a tier may move no byte before it counts as stalled.
  public var stallTimeoutSeconds = 30.0
  /// For the whole of one call; nil: as long as it takes.
  public var deadlineSeconds: Double?
  /// How long a process waits for its turn at the catalog, and for the lease of a collection.
  public var lockTimeoutSeconds = 60.0
  /// For so long a lease counts after its last beat. One that is shorter than it takes to write a beat is taken over.
  public var lockTimeToLiveSeconds = 10.0
  /// How often a commit that loses a race is prepared in all.
  public var lockAttemptCountMax = 5
  /// The longest wait between two such attempts, before jitter.
  public var lockBaseBackoffSeconds = 2.0
  /// A wait of s becomes one of s … s·(1 + this).
  public var lockJitterFactor = 1.0
  /// For how long compactions keep deletions, and changes of records that are not there; nil: for ever. At least an
  /// hour. A delta that was away for longer is set aside.
  public var tombstoneRetentionSeconds: Double?
  /// Where the catalog of a store that is not local keeps its own state, and where it is counted how caches served;
  /// nil: below `XDG_STATE_HOME`, else the home directory.
  public var stateDirectory: String?
  /// The address of the cache tier; nil: none.
  public var cache: String?
  /// Where immutable objects are read.
  public var mode = Mode.auto
  /// Who touches the directories of the store and the cache.
  public var mountHelper = MountHelper.auto
  /// The program that is the helper process: `snapctl`, or one that calls `SnapshotEngine.serveMount` when its first
  /// argument is `SnapshotEngine.serveMountVerb`. Nil: `snapctl` in one of the directories of `PATH`.
  public var mountHelperProgram: String?
  /// How a store on S3 is reached.
  public var s3 = S3Configuration()
  /// How often a file that changes while it is read is read in all, before the call gives up.
  public var readAttemptCountMax = 5
  /// How long to wait before such a file is read again.
  public var readRetrySeconds = 0.2
  /// Calls that may block at the same time, each on a thread of its own. More wait for their turn.
  public var blockingCallCountMax = 8

  /// The defaults.
  public init() {}
}

extension EngineConfiguration {
  /// Why the values cannot be used, or nil.
  var defect: String? {
    if !(1...256).contains(jobs) { return "jobs must be 1 to 256, not \(jobs)" }
    if !(1...256).contains(blockingCallCountMax) {
      return "blocking calls must be 1 to 256, not \(blockingCallCountMax)"
    }
    if !(1...1_000).contains(lockAttemptCountMax) {
      return "lock attempts must be 1 to 1000, not \(lockAttemptCountMax)"
    }
    if !(0.1...30).contains(lockTimeToLiveSeconds) {
      return "the time to live of a lease must be 0.1 to 30 seconds, not \(lockTimeToLiveSeconds)"
    }
    if !(1...100).contains(readAttemptCountMax) {
      return "read attempts must be 1 to 100, not \(readAttemptCountMax)"
    }
    if !(1...1_024).contains(s3.connectionCountMax) {
      return "connections to S3 must be 1 to 1024, not \(s3.connectionCountMax)"
    }
    if !(0...60).contains(readRetrySeconds) { return "the wait before a file is read again must be 0 to 60 seconds" }
    let sizes = [windowByteCount, frameCacheByteCount, packByteCount, requestByteCount]
    if sizes.contains(where: { !((64 << 10)...(1 << 30)).contains($0) }) {
      return "memory limits must be 64 KiB to 1 GiB"
    }
    let times = [stallTimeoutSeconds, deadlineSeconds ?? 1, lockTimeoutSeconds]
    if times.contains(where: { !($0 > 0 && $0 <= 1e9) }) { return "times must be above 0 and at most 1e9 seconds" }
    if let tombstoneRetentionSeconds, !(3_600...1e9).contains(tombstoneRetentionSeconds) {
      return "deletions must be kept for an hour at least"
    }
    let factors = [lockBaseBackoffSeconds, lockJitterFactor]
    if factors.contains(where: { !($0 >= 0 && $0 <= 3_600) }) { return "back-off and jitter must be 0 to 3600" }
    return nil
  }
}

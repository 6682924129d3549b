internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// One thing to do on the way to the wanted version.
enum SyncStep: Sendable {
  case directory(RelativePath)
  case link(RelativePath, target: [UInt8])
  /// The file is as wanted; in place, but for its mode and owner.
  case keep(FileEntry, Owner?)
  case begin(FileWrite)
  case part(FilePart)
  case end(FileExplanation)
}

/// A file that is written anew, or patched where it stands.
struct FileWrite: Sendable {
  let entry: FileEntry
  /// It stands in the copy and is patched there.
  let isPatch: Bool
  /// Whom it is given to; nil: it belongs to whoever writes it.
  let owner: Owner?
}

/// One chunk of the file that was begun.
struct FilePart: Sendable {
  enum Origin: Sendable, Equatable {
    /// It stands where it belongs, as an earlier run left it.
    case there
    case local(LocalPlace)
    case fetched
  }

  let offset: UInt64
  let reference: Reference
  let origin: Origin
}

/// Steps that are executed together, and what has to be read for them.
struct SyncWindow: Sendable {
  var steps: [SyncStep] = []
  /// Where chunks and the bases of patches are taken from.
  var places: [Digest: LocalPlace] = [:]
  /// The frames the window needs, each once.
  private(set) var frames: [NeededFrame] = []
  private var frameKeys: Set<FrameCache.Key> = []
  private var closed: Set<Digest> = []
  /// Those that are not in memory any more, joined to requests.
  var runs: [FrameRun] = []
  private(set) var byteCount = 0
  private(set) var partCount = 0

  /// Frames of one window; `FrameLedger` says why.
  static let frameCountMax = 12
  static let stepCountMax = 2_048

  mutating func append(_ part: FilePart) {
    steps.append(.part(part))
    partCount += 1
    if part.origin != .there { byteCount += part.reference.byteCount }
  }

  mutating func needs(_ reference: Reference) {
    let frame = NeededFrame(place: reference.place, isOfPatches: reference.form != .full)
    if frameKeys.insert(frame.key).inserted { frames.append(frame) }
  }

  /// True the first time.
  mutating func close(_ id: Digest) -> Bool { closed.insert(id).inserted }

  func isFull(_ limits: StoreLimits) -> Bool {
    byteCount >= limits.windowByteCount || partCount >= limits.windowChunkCount
      || frames.count >= SyncWindow.frameCountMax || steps.count >= SyncWindow.stepCountMax
  }
}

/// A frame that has to be read, unless it still is in memory.
struct NeededFrame: Sendable {
  let place: Reference.Place
  /// Else it is one of whole chunks.
  let isOfPatches: Bool

  var key: FrameCache.Key { FrameCache.Key(place) }
}

/// Knows which frames are still in memory, without looking: so that a plan counts exactly what the runner will read.
///
/// - Of patches the last 8 frames that were used are counted as held, of whole chunks the last 12: small files of many
///   kinds, of which each kind fills frames of its own, come back to them that often. A window uses at most about 12,
///   so the cache behind it, which drops the frame of the kind that was not used for longest, still has them when it
///   holds 20 and 24 of the largest.
/// - A chunk whose chain of patches alone needs more frames than that may be read twice; the result then says so.
struct FrameLedger {
  static let chunkCountMax = 12
  static let patchCountMax = 8
  static let cacheByteCount = 44 << 20

  private var chunks: [FrameCache.Key] = []
  private var patches: [FrameCache.Key] = []

  /// What of `frames` has to be read.
  mutating func take(_ frames: [NeededFrame]) -> [Reference.Place] {
    let missing = frames.filter { !chunks.contains($0.key) && !patches.contains($0.key) }
    chunks = FrameLedger.held(chunks, after: frames.filter { !$0.isOfPatches }, countMax: FrameLedger.chunkCountMax)
    patches = FrameLedger.held(patches, after: frames.filter(\.isOfPatches), countMax: FrameLedger.patchCountMax)
    return missing.map(\.place)
  }

  private static func held(
    _ held: [FrameCache.Key], after frames: [NeededFrame], countMax: Int
  ) -> [FrameCache.Key] {
    let used = frames.map(\.key)
    let inOrderOfUse = held.filter { !used.contains($0) } + used
    return Array(inOrderOfUse.suffix(countMax))
  }
}

internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// Puts pages in full into packs of their own, each page once.
struct PagesPackWriter {
  struct Pack {
    let name: UniqueName
    let bytes: [UInt8]
  }

  private static let packByteCount = 16 << 20

  private let random: any RandomSource
  private let created: Timestamp
  private let encoder = FrameEncoder()
  private var builder: PackBuilder
  private var raw: [UInt8] = []
  private var entries: [FrameEntry] = []
  private var known: Set<Digest> = []
  private var tracked: Set<Digest> = []
  /// Where tracked pages came to stand.
  private var places: [Digest: Reference] = [:]
  private var finished: [Pack] = []
  private(set) var names: [UniqueName] = []

  init(random: any RandomSource, created: Timestamp) {
    self.random = random
    self.created = created
    builder = PackBuilder(name: UniqueName(random: AnyRandomSource(random)), created: created)
  }

  /// Adds a page.
  /// - Returns: a pack that became full, to be written now.
  mutating func add(_ id: Digest, _ page: [UInt8]) throws(SyncError) -> Pack? {
    guard known.insert(id).inserted else { return nil }
    if raw.count + page.count > Limits.frameRawByteCount || entries.count == Limits.frameEntryCount {
      try endFrame()
    }
    entries.append(
      FrameEntry(id: id, formOffset: raw.count, formByteCount: page.count, chunkByteCount: page.count, form: .full))
    raw += page
    return finished.popLast()
  }

  /// Adds a page whose reference will be asked for.
  mutating func addTracked(_ page: [UInt8]) throws(SyncError) -> Digest {
    let id = Digest.of(page)
    tracked.insert(id)
    if let pack = try add(id, page) { finished.append(pack) }
    return id
  }

  /// The references of tracked pages, in the order of `ids`.
  mutating func references(_ ids: [Digest]) throws(SyncError) -> [Reference] {
    try endFrame()
    return ids.compactMap { places[$0] }
  }

  /// The packs that are not yet written.
  mutating func finish() throws(SyncError) -> [Pack] {
    try endFrame()
    if !builder.isEmpty || names.isEmpty { try endPack() }
    return finished
  }

  private mutating func endFrame() throws(SyncError) {
    guard !entries.isEmpty else { return }
    let frame = encoder.encode(raw.rawSpan, entries: entries, kind: .pages).bytes
    if !builder.hasRoom(frameByteCount: frame.count, entries: entries.count, target: PagesPackWriter.packByteCount) {
      try endPack()
    }
    let offset = builder.append(frame: frame, entryCount: entries.count)
    for entry in entries where tracked.contains(entry.id) {
      let place = Reference.Place(
        pack: builder.name, frameOffset: offset, frameByteCount: frame.count, formOffset: entry.formOffset,
        formByteCount: entry.formByteCount)
      places[entry.id] = Reference(id: entry.id, byteCount: entry.chunkByteCount, place: place)
    }
    raw.removeAll(keepingCapacity: true)
    entries.removeAll(keepingCapacity: true)
  }

  private mutating func endPack() throws(SyncError) {
    guard names.count < CopyState.packCountMax else {
      throw .store(.invalid("the pages of the version are more than a copy can remember"))
    }
    let pack = Pack(name: builder.name, bytes: builder.finish())
    builder = PackBuilder(name: UniqueName(random: AnyRandomSource(random)), created: created)
    names.append(pack.name)
    finished.append(pack)
  }
}

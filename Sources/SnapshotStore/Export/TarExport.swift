package import Primitives
internal import SnapshotFormat

/// A version as a tar archive, piece by piece.
///
/// - Every chunk is verified before a byte of it is given; what was given when it throws is sound, and no archive.
/// - Memory is bounded by one window of chunks, whatever the version.
/// - The same version gives the same bytes.
package struct TarExport {
  private enum Piece {
    case bytes([UInt8])
    /// So many of the window's chunks.
    case chunks(Int)
  }

  private struct Item: Sendable {
    let reference: Reference
    let path: RelativePath
  }

  private let manifest: ManifestReader
  private let limits: StoreLimits
  private let modifiedSeconds: UInt64
  private let withOwners: Bool
  private var pieces: [Piece] = []
  private var items: [Item] = []
  private var waitingByteCount = 0
  private var entryCount = 0
  /// Bytes that were given.
  package private(set) var byteCount: UInt64 = 0

  /// - Parameters:
  ///   - modified: the time of all entries, of which whole seconds are taken.
  ///   - withOwners: whether entries get the owners the version records, if it does; else owner and group are 0.
  package init(_ manifest: ManifestReader, modified: Timestamp, withOwners: Bool = false, limits: StoreLimits) {
    self.manifest = manifest
    self.withOwners = withOwners
    self.limits = limits
    modifiedSeconds = UInt64(max(0, modified.milliseconds) / 1_000)
  }

  /// Bytes of the whole archive. Reads the pages of files, and no chunk.
  package func totalByteCount() throws(StoreError) -> UInt64 {
    var (total, index): (UInt64, Int) = (0, 0)
    try forEachEntry { entry, owner throws(StoreError) in
      total += TarEntry(entry, owner: owner, modifiedSeconds: modifiedSeconds).archiveByteCount(index: index)
      index += 1
    }
    return total + UInt64(TarEntry.end(after: total).count)
  }

  /// Gives the archive to `sink`, a few megabytes at a time at most.
  package mutating func write(to sink: ([UInt8]) throws(StoreError) -> Void) throws(StoreError) {
    let export = self
    try export.forEachEntry { entry, owner throws(StoreError) in try add(entry, owner, sink) }
    try flush(sink)
    try give(TarEntry.end(after: byteCount), sink)
  }

  /// Every entry with its owner, in order of path.
  private func forEachEntry(_ body: (FileEntry, Owner) throws(StoreError) -> Void) throws(StoreError) {
    var owners = withOwners ? try OwnerStream(manifest) : nil
    try manifest.forEachFile { entry throws(StoreError) in try body(entry, try owners?.take() ?? .root) }
    try owners?.finish()
  }

  private mutating func add(
    _ entry: FileEntry, _ owner: Owner, _ sink: ([UInt8]) throws(StoreError) -> Void
  ) throws(StoreError) {
    let header = TarEntry(entry, owner: owner, modifiedSeconds: modifiedSeconds)
    append(header.headers(index: entryCount))
    entryCount += 1
    guard case .file(let file) = entry.content else { return }
    var sum: UInt64 = 0
    let manifest = manifest
    try manifest.forEachReference(of: file) { reference throws(StoreError) in
      sum += UInt64(reference.byteCount)
      guard sum <= file.byteCount else { throw differs(entry) }
      append(Item(reference: reference, path: entry.path))
      if waitingByteCount >= limits.windowByteCount || items.count >= limits.windowChunkCount { try flush(sink) }
    }
    guard sum == file.byteCount else { throw differs(entry) }
    append(TarEntry.padding(file.byteCount))
    if waitingByteCount >= limits.windowByteCount { try flush(sink) }
  }

  private mutating func append(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    pieces.append(.bytes(bytes))
    waitingByteCount += bytes.count
  }

  private mutating func append(_ item: Item) {
    items.append(item)
    waitingByteCount += item.reference.byteCount
    if case .chunks(let count)? = pieces.last {
      pieces[pieces.count - 1] = .chunks(count + 1)
    } else {
      pieces.append(.chunks(1))
    }
  }

  /// Reads, verifies and gives what waits.
  private mutating func flush(_ sink: ([UInt8]) throws(StoreError) -> Void) throws(StoreError) {
    var chunks = try verified()[...]
    var output: [UInt8] = []
    for piece in pieces {
      switch piece {
      case .bytes(let bytes): output += bytes
      case .chunks(let count):
        for chunk in chunks.prefix(count) {
          output += chunk
          if output.count >= TarExport.outputByteCount {
            try give(output, sink)
            output.removeAll(keepingCapacity: true)
          }
        }
        chunks = chunks.dropFirst(count)
      }
    }
    if !output.isEmpty { try give(output, sink) }
    pieces.removeAll(keepingCapacity: true)
    items.removeAll(keepingCapacity: true)
    waitingByteCount = 0
  }

  private func verified() throws(StoreError) -> [[UInt8]] {
    let manifest = manifest
    let places = manifest.chunks.frames.missing(items.map(\.reference.place))
    for run in FrameRun.coalesce(places, gap: limits.coalescingGapByteCount, byteCountMax: limits.requestByteCount) {
      // What cannot be read here is named when the chunk is.
      try? manifest.chunks.frames.prefetch(run)
    }
    return try Parallel.map(items, jobs: limits.jobs) { item throws(StoreError) in
      do throws(StoreError) {
        return try manifest.chunks.chunk(item.reference, support: manifest.support)
      } catch {
        guard case .damage(var damage) = error else { throw error }
        damage.file = item.path
        throw .damage(damage)
      }
    }
  }

  private mutating func give(_ bytes: [UInt8], _ sink: ([UInt8]) throws(StoreError) -> Void) throws(StoreError) {
    try sink(bytes)
    byteCount += UInt64(bytes.count)
  }

  private func differs(_ entry: FileEntry) -> StoreError {
    var damage = Damage(
      tier: manifest.chunks.frames.location, object: ObjectKey.manifest(manifest.name).string, kind: .damaged,
      reason: "the chunks of a file do not add up to it")
    damage.file = entry.path
    return .damage(damage)
  }

  private static let outputByteCount = 1 << 20
}

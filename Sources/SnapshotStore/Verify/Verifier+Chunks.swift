internal import Primitives
internal import SnapshotFormat

extension Verifier {
  /// The chunks of the chain that were not verified yet, base first; nil when the chunk itself was. They count as seen
  /// from now on.
  ///
  /// The newest version comes first: to rebuild its chunks is to rebuild most of those of the versions before.
  func unseen(_ reference: Reference, _ manifest: ManifestReader) throws(StoreError) -> [Reference]? {
    guard seen.insert(reference.id) else { return nil }
    var links: [Reference] = []
    try addUnseen(below: reference, manifest, to: &links)
    return links
  }

  private func addUnseen(
    below reference: Reference, _ manifest: ManifestReader, to links: inout [Reference]
  ) throws(StoreError) {
    for slot in reference.base?.slots ?? [] {
      let part = try manifest.support.reference(slot, below: reference)
      // One that was seen brought what is below it then.
      guard seen.insert(part.id) else { continue }
      try addUnseen(below: part, manifest, to: &links)
      links.append(part)
    }
  }

  /// Decodes and hashes the chunks of a window, and those they are built on, on all workers.
  func verify(
    _ window: inout VerifyWindow, _ manifest: ManifestReader, _ row: VersionRow, _ collection: CollectionName
  ) throws(StoreError) {
    let items = window.items
    window = VerifyWindow()
    let limits = store.limits
    let places = frames.missing(items.flatMap { [$0.reference.place] + $0.links.map(\.place) })
    let runs = FrameRun.coalesce(places, gap: limits.coalescingGapByteCount, byteCountMax: limits.requestByteCount)
    _ = try Parallel.map(runs, jobs: limits.jobs) { [frames] run throws(StoreError) in
      try frames.prefetchAnswered(run)
    }
    let batches = items.batches(of: Digest.batchCount)
    let results = try Parallel.map(batches, jobs: limits.jobs) { items throws(StoreError) in try manifest.verify(items)
    }
    for result in results.joined() {
      guard var damage = result.damage else {
        verified(result.id, byteCount: result.byteCount)
        continue
      }
      damage.file = result.path
      missed(result.id)
      found(damage, collection, row.version)
    }
  }
}

/// Chunks that are decoded together.
struct VerifyWindow {
  struct Item: Sendable {
    let reference: Reference
    let path: RelativePath
    /// What the chunk is built on, as far as it is to be verified with it.
    let links: [Reference]
  }

  private(set) var items: [Item] = []
  private var byteCount = 0

  var isFull: Bool { byteCount >= 4 << 20 || items.count >= 512 }

  mutating func append(_ item: Item) {
    items.append(item)
    byteCount += item.reference.byteCount
  }
}

/// What came of one chunk.
struct VerifiedChunk: Sendable {
  let id: Digest
  let path: RelativePath
  let byteCount: Int
  let damage: Damage?
}

extension FrameSource {
  /// Reads what can be read. What is damaged is met again, and reported, when it is decoded; a tier that does not
  /// answer is not asked for the next thing: each question would wait for as long as the first.
  fileprivate func prefetchAnswered(_ run: FrameRun) throws(StoreError) {
    do throws(StoreError) { try prefetch(run) } catch {
      guard case .damage = error else { throw error }
    }
  }
}

extension ManifestReader {
  /// Decodes some chunks and what they are built on, then hashes all of it at once.
  ///
  /// - Throws: what is not damage, at once.
  fileprivate func verify(_ items: [VerifyWindow.Item]) throws(StoreError) -> [VerifiedChunk] {
    var window = RebuiltChunks()
    for item in items { try rebuild(item, into: &window) }
    for (chunk, digest) in zip(window.chunks, Digest.ofEach(window.chunks.map(\.bytes))) {
      let checked = Result { () throws(StoreError) in try chunks.check(chunk.reference, digest) }
      try window.note(chunk.reference.id, chunk.path, checked.map { chunk.bytes.count })
    }
    return window.results
  }

  private func rebuild(_ item: VerifyWindow.Item, into window: inout RebuiltChunks) throws(StoreError) {
    var links: [Digest: [UInt8]] = [:]
    let wanted = Set(item.links.map(\.id))
    let bytes = Result { () throws(StoreError) in
      try chunks.unverified(item.reference, support) { reference, bytes in
        if wanted.contains(reference.id) { links[reference.id] = bytes }
      }
    }
    // Where the chain breaks above a link, the link is still to be verified: by itself.
    for link in item.links {
      let bytes = links[link.id].map { Result<[UInt8], StoreError>.success($0) }
      try window.add(link, item.path, bytes ?? Result { () throws(StoreError) in try chunks.unverified(link, support) })
    }
    try window.add(item.reference, item.path, bytes)
  }
}

/// What was rebuilt and is to be hashed, and what could not be rebuilt.
private struct RebuiltChunks {
  private(set) var chunks: [(reference: Reference, path: RelativePath, bytes: [UInt8])] = []
  private(set) var results: [VerifiedChunk] = []

  mutating func add(
    _ reference: Reference, _ path: RelativePath, _ bytes: Result<[UInt8], StoreError>
  ) throws(StoreError) {
    if case .success(let bytes) = bytes {
      chunks.append((reference, path, bytes))
    } else {
      try note(reference.id, path, bytes.map(\.count))
    }
  }

  /// - Throws: what is not damage.
  mutating func note(
    _ id: Digest, _ path: RelativePath, _ outcome: Result<Int, StoreError>
  ) throws(StoreError) {
    switch outcome {
    case .success(let count): results.append(VerifiedChunk(id: id, path: path, byteCount: count, damage: nil))
    case .failure(.damage(let damage)):
      results.append(VerifiedChunk(id: id, path: path, byteCount: 0, damage: damage))
    case .failure(let error): throw error
    }
  }
}

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
    // What cannot be read here is met again, and reported, below.
    _ = Parallel.map(runs, jobs: limits.jobs) { [frames] run in try? frames.prefetch(run) }
    let batches = items.batches(of: Digest.batchCount)
    for results in Parallel.map(batches, jobs: limits.jobs, { manifest.verify($0) }) {
      for result in results {
        switch result.outcome {
        case .success(let byteCount): count(chunks: 1, bytes: byteCount)
        case .failure(.damage(var damage)):
          damage.file = result.path
          found(damage, collection, row.version)
        case .failure(let error): throw error
        }
      }
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
  let path: RelativePath
  let outcome: Result<Int, StoreError>
}

extension ManifestReader {
  /// Decodes some chunks and what they are built on, then hashes all of it at once.
  fileprivate func verify(_ items: [VerifyWindow.Item]) -> [VerifiedChunk] {
    var window = RebuiltChunks()
    for item in items { rebuild(item, into: &window) }
    for (chunk, digest) in zip(window.chunks, Digest.ofEach(window.chunks.map(\.bytes))) {
      let outcome = Result { () throws(StoreError) in
        try chunks.check(chunk.reference, digest)
        return chunk.bytes.count
      }
      window.results.append(VerifiedChunk(path: chunk.path, outcome: outcome))
    }
    return window.results
  }

  private func rebuild(_ item: VerifyWindow.Item, into window: inout RebuiltChunks) {
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
      window.add(link, item.path, bytes ?? Result { () throws(StoreError) in try chunks.unverified(link, support) })
    }
    window.add(item.reference, item.path, bytes)
  }
}

/// What was rebuilt and is to be hashed, and what could not be rebuilt.
private struct RebuiltChunks {
  private(set) var chunks: [(reference: Reference, path: RelativePath, bytes: [UInt8])] = []
  var results: [VerifiedChunk] = []

  mutating func add(_ reference: Reference, _ path: RelativePath, _ bytes: Result<[UInt8], StoreError>) {
    switch bytes {
    case .success(let bytes): chunks.append((reference, path, bytes))
    case .failure(let error): results.append(VerifiedChunk(path: path, outcome: .failure(error)))
    }
  }
}

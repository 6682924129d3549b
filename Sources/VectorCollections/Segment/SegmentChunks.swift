internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// The chunks of one segment of a version: what is asked for is read from the tier, verified, and kept as long as the
/// cache has room for it.
final class SegmentChunks: Sendable {
  let byteCount: Int
  private let file: FileContent
  private let manifest: ManifestReader
  private let cache: SegmentCache
  private let limits: StoreLimits
  private let grain: Int
  /// Of the file's chunks pages; empty where its references are inline.
  private let pages: [Reference]

  /// - Throws: `.damage` where the manifest does not describe a segment: it is cut on a grid.
  init(
    _ entry: FileEntry, of manifest: ManifestReader, cache: SegmentCache, limits: StoreLimits
  ) throws(StoreError) {
    guard case .file(let file) = entry.content, case .grid(let grain) = file.profile,
      file.byteCount <= UInt64(SegmentIndex.byteCountMax),
      file.chunkCount == (Int(file.byteCount) + grain - 1) / grain
    else {
      let error = FormatError.damaged("files page", "\(entry.path) is not cut like a segment")
      throw .damage(error, of: .manifest(manifest.name), in: manifest.chunks.frames.location)
    }
    byteCount = Int(file.byteCount)
    self.file = file
    self.manifest = manifest
    self.cache = cache
    self.limits = limits
    self.grain = grain
    pages = try manifest.chunksPages(of: file)
  }

  /// The chunk that holds a byte.
  func number(at offset: Int) -> Int { offset / grain }

  /// How many chunks hold some ranges, none of which is empty.
  func count(in ranges: [Range<Int>]) -> Int {
    ranges.reduce(0) { $0 + number(at: $1.upperBound - 1) - number(at: $1.lowerBound) + 1 }
  }

  func range(of number: Int) -> Range<Int> { number * grain..<min((number + 1) * grain, byteCount) }

  /// A chunk, verified.
  func chunk(_ number: Int) throws(StoreError) -> [UInt8] {
    let key = key(number)
    if let bytes = cache.chunk(key) { return bytes }
    let bytes = try manifest.chunks.chunk(try reference(number), support: manifest.support)
    cache.insert(bytes, for: key)
    return bytes
  }

  /// Reads what is not there yet of some ranges, in as few requests as can be, and keeps it: no more than half of what
  /// the cache holds.
  func load(_ ranges: [Range<Int>]) throws(StoreError) {
    let touched = ranges.filter { !$0.isEmpty }.flatMap { number(at: $0.lowerBound)...number(at: $0.upperBound - 1) }
    let missing = Set(touched).filter { !cache.hasChunk(key($0)) }
    let wanted = missing.sorted().prefix(max(1, cache.byteCountMax / 2 / grain))
    guard wanted.count > 1 else { return }
    var references: [Reference] = []
    for number in wanted { references.append(try reference(number)) }
    let chunks = try manifest.chunks.chunks(references, support: manifest.support, together: limits)
    for (number, chunk) in zip(wanted, chunks) { cache.insert(chunk, for: key(number)) }
  }

  private func reference(_ number: Int) throws(StoreError) -> Reference {
    let (page, place) = number.quotientAndRemainder(dividingBy: Limits.chunksInPage)
    let references: [Reference]
    switch file.chunks {
    case .inline(let all): references = all
    case .paged: references = try self.references(inPage: page)
    }
    let index = pages.isEmpty ? number : place
    guard index < references.count, references[index].byteCount == range(of: number).count else {
      let error = FormatError.damaged("chunks page", "chunk \(number) of a segment is not on its grid")
      throw .damage(error, of: .manifest(manifest.name), in: manifest.chunks.frames.location)
    }
    return references[index]
  }

  private func references(inPage number: Int) throws(StoreError) -> [Reference] {
    guard number < pages.count else { return [] }
    // Chunks and pages have caches of their own, so the same numbers do not meet.
    if let page = cache.page(key(number)) { return page }
    let page = try manifest.references(pages[number])
    cache.insert(page, for: key(number))
    return page
  }

  private func key(_ number: Int) -> SegmentCache.Key {
    SegmentCache.Key(segment: ObjectIdentifier(self), number: number)
  }
}

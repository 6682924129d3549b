internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// Local files for segments. Each loses its name at once: it goes when nobody reads it any more, whatever happens.
struct SegmentFiles {
  let directory: String
  let random: any RandomSource
  let limits: StoreLimits

  /// A file without a name.
  func make() throws(FileError) -> OpenFile {
    let root = try Directory.makeAll(path: directory, mode: FileMode(0o700))
    let name = LocalPath(UniqueName(random: AnyRandomSource(random)))
    let file = try root.open(name, for: .newFile(.private))
    try root.unlink(name)
    return file
  }

  /// The file of a version, read chunk by chunk, each verified, and mapped.
  func fetch(_ entry: FileEntry, of manifest: ManifestReader) throws(StoreError) -> OpenSegment {
    guard case .file(let content) = entry.content else { throw .invalid("\(entry.path) is no file") }
    return try opened(entry, manifest) { () throws(FileError) in
      try make()
    } fill: {
      file throws(StoreError) in
      try entry.named { () throws(StoreError) in
        var window = FetchedChunks(manifest, limits)
        try manifest.forEachReference(of: content) { reference throws(StoreError) in
          try window.add(reference, to: file)
        }
        try window.write(to: file)
      }
      return nil
    }
  }

  /// The same file in a local copy, mapped; nil when it is not there or is not the same.
  ///
  /// - Parameter directory: where the copy has its segments.
  func local(
    _ entry: FileEntry, of manifest: ManifestReader, in copy: SegmentCopy, _ directory: borrowing Directory
  ) throws(StoreError) -> OpenSegment? {
    guard case .file(let content) = entry.content, let name = LocalPath(SegmentFiles.name(of: entry)) else {
      return nil
    }
    do throws(StoreError) {
      return try opened(entry, manifest, isLocal: true) { () throws(FileError) in
        try directory.open(name, for: .read)
      } fill: { file throws(StoreError) in
        let status = try SegmentFiles.storeError { () throws(FileError) in try file.status() }
        if !copy.isAsLeft(entry, status) { try compare(file, entry, content, manifest) }
        return status
      }
    } catch {
      return nil
    }
  }

  /// Where a copy has its segments; nil where it has none, or none that can be mapped.
  static func directory(of copy: SegmentCopy) -> Directory? {
    guard let segments = LocalPath(VectorStore.segmentsDirectory),
      let directory = try? Directory(path: copy.path).openDirectory(segments),
      let fileSystem = try? directory.fileSystem(), !fileSystem.isNetwork
    else { return nil }
    return directory
  }

  /// The path of an entry, below the directory of segments.
  private static func name(of entry: FileEntry) -> String {
    String(decoding: entry.path.bytes.dropFirst(VectorStore.segmentsDirectory.utf8.count + 1), as: UTF8.self)
  }

  /// - Throws: when a chunk is not the same.
  private func compare(
    _ file: borrowing OpenFile, _ entry: FileEntry, _ content: FileContent, _ manifest: ManifestReader
  ) throws(StoreError) {
    var isSame = true
    var offset: UInt64 = 0
    try manifest.forEachReference(of: content) { reference throws(StoreError) in
      let bytes = try? file.read(upTo: reference.byteCount, at: offset)
      isSame = isSame && bytes.map { Digest.of($0.rawSpan) } == reference.id
      offset += UInt64(reference.byteCount)
    }
    if !isSame { throw .invalid("\(entry.path) differs") }
  }

  private static func storeError<Value: ~Copyable>(
    _ body: () throws(FileError) -> Value
  ) throws(StoreError) -> Value {
    do throws(FileError) { return try body() } catch { throw .file(error) }
  }

  private func opened(
    _ entry: FileEntry, _ manifest: ManifestReader, isLocal: Bool = false, _ open: () throws(FileError) -> OpenFile,
    fill: (borrowing OpenFile) throws(StoreError) -> FileStatus?
  ) throws(StoreError) -> OpenSegment {
    let file = try SegmentFiles.storeError(open)
    let status = try fill(file)
    let mapped = try SegmentFiles.storeError { () throws(FileError) in
      try MappedFile(file, byteCount: entry.byteCount, isLocal: isLocal, status: status)
    }
    let (segment, byteCount) = (MappedSegment(mapped), Int(entry.byteCount))
    return try OpenSegment.open(entry, of: manifest) { () throws(FormatError) in
      OpenSegment(segment, try SegmentIndex(file, byteCount: byteCount))
    }
  }
}

extension SegmentIndex {
  /// What a file's ends and its producers say. Read, not mapped: to touch a page for the first time takes longer.
  fileprivate convenience init(_ file: borrowing OpenFile, byteCount: Int) throws(FormatError) {
    let head = try SegmentIndex.bytes(0..<min(SegmentHeader.endOffset, byteCount), of: file)
    let header = try SegmentHeader(from: head.rawSpan)
    let tail = try SegmentIndex.bytes(try SegmentIndex.tailRange(header, byteCount: byteCount), of: file)
    let ends = try SegmentIndex(header, tail: tail.rawSpan, byteCount: byteCount)
    let place = ends.footer[.producers].range
    let parts: any SegmentParts = ReadParts(try SegmentIndex.bytes(place, of: file), at: place.lowerBound)
    self.init(ends, producers: try SegmentReader(parts: parts, opened: ends).readProducers())
  }

  private static func bytes(_ range: Range<Int>, of file: borrowing OpenFile) throws(FormatError) -> [UInt8] {
    do throws(FileError) {
      return try file.read(range.count, at: UInt64(range.lowerBound))
    } catch {
      throw .unreadable("segment", StoreError.file(error))
    }
  }
}

/// Neighbouring chunks of a file that are read together, and written to another.
private struct FetchedChunks {
  private let manifest: ManifestReader
  private let limits: StoreLimits
  private var references: [Reference] = []
  private var byteCount = 0
  private var offset: UInt64 = 0

  init(_ manifest: ManifestReader, _ limits: StoreLimits) {
    self.manifest = manifest
    self.limits = limits
  }

  mutating func add(_ reference: Reference, to file: borrowing OpenFile) throws(StoreError) {
    references.append(reference)
    byteCount += reference.byteCount
    if byteCount >= limits.windowByteCount { try write(to: file) }
  }

  mutating func write(to file: borrowing OpenFile) throws(StoreError) {
    for bytes in try manifest.chunks.chunks(references, support: manifest.support, together: limits) {
      do throws(FileError) { try file.write(bytes, at: offset) } catch { throw .file(error) }
      offset += UInt64(bytes.count)
    }
    references.removeAll(keepingCapacity: true)
    byteCount = 0
  }
}

extension OpenSegment {
  /// Opens the file of a version, which has to bear the name in the segment's header.
  static func open(
    _ entry: FileEntry, of manifest: ManifestReader, _ open: () throws(FormatError) -> OpenSegment
  ) throws(StoreError) -> OpenSegment {
    let segment: OpenSegment
    do throws(FormatError) { segment = try open() } catch {
      throw .damage(error, of: .manifest(manifest.name), in: "\(entry.path)")
    }
    guard entry.path.bytes == Array(SegmentIndex.path(of: segment.index.header.name).utf8) else {
      throw .invalid("\(entry.path) has the name \(segment.index.header.name)")
    }
    return segment
  }
}

extension FileEntry {
  /// Says of damage that this file is hit by it.
  func named<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
    do throws(StoreError) {
      return try body()
    } catch {
      guard case .damage(var damage) = error, damage.file == nil else { throw error }
      damage.file = path
      throw .damage(damage)
    }
  }
}

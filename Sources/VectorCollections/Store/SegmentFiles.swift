package import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// A segment that is mapped.
package final class MappedSegment: SegmentBytes {
  private let file: MappedFile

  package init(_ file: consuming MappedFile) {
    self.file = file
  }

  package func withBytes<Value, Failure: Error>(_ body: (RawSpan) throws(Failure) -> Value) throws(Failure) -> Value {
    try file.withBytes(body)
  }
}

/// Local files for segments. Each loses its name at once: it goes when nobody reads it any more, whatever happens.
struct SegmentFiles {
  let directory: String
  let random: any RandomSource

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
      var offset: UInt64 = 0
      try manifest.forEachReference(of: content) { reference throws(StoreError) in
        let bytes = try entry.named { () throws(StoreError) in
          try manifest.chunks.chunk(reference, support: manifest.support)
        }
        do throws(FileError) { try file.write(bytes, at: offset) } catch { throw .file(error) }
        offset += UInt64(bytes.count)
      }
    }
  }

  /// The same file in a local copy, mapped; nil when it is not there or is not the same.
  func local(_ entry: FileEntry, of manifest: ManifestReader, in copy: String) throws(StoreError) -> OpenSegment? {
    guard case .file(let content) = entry.content else { return nil }
    var isSame = true
    do throws(StoreError) {
      return try opened(entry, manifest) { () throws(FileError) in
        try Directory(path: copy).open(LocalPath(entry.path), for: .read)
      } fill: { file throws(StoreError) in
        var offset: UInt64 = 0
        try manifest.forEachReference(of: content) { reference throws(StoreError) in
          let bytes = try? file.read(upTo: reference.byteCount, at: offset)
          isSame = isSame && bytes.map { Digest.of($0.rawSpan) } == reference.id
          offset += UInt64(reference.byteCount)
        }
        if !isSame { throw .invalid("\(entry.path) differs") }
      }
    } catch {
      return nil
    }
  }

  private static func storeError<Value: ~Copyable>(
    _ body: () throws(FileError) -> Value
  ) throws(StoreError) -> Value {
    do throws(FileError) { return try body() } catch { throw .file(error) }
  }

  private func opened(
    _ entry: FileEntry, _ manifest: ManifestReader, _ open: () throws(FileError) -> OpenFile,
    fill: (borrowing OpenFile) throws(StoreError) -> Void
  ) throws(StoreError) -> OpenSegment {
    let file = try SegmentFiles.storeError(open)
    try fill(file)
    let mapped = try SegmentFiles.storeError { () throws(FileError) in
      try MappedFile(file, byteCount: entry.byteCount)
    }
    return try OpenSegment(MappedSegment(mapped), entry, manifest)
  }
}

extension OpenSegment {
  init(_ bytes: any SegmentBytes, _ entry: FileEntry, _ manifest: ManifestReader) throws(StoreError) {
    do throws(FormatError) {
      self = try OpenSegment(bytes)
    } catch {
      throw .damage(error, of: .manifest(manifest.name), in: "\(entry.path)")
    }
    guard entry.path.bytes == Array(SegmentIndex.path(of: index.header.name).utf8) else {
      throw .invalid("\(entry.path) has the name \(index.header.name)")
    }
  }
}

extension FileEntry {
  /// Says of damage that this file is hit by it.
  fileprivate func named<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
    do throws(StoreError) {
      return try body()
    } catch {
      guard case .damage(var damage) = error, damage.file == nil else { throw error }
      damage.file = path
      throw .damage(damage)
    }
  }
}

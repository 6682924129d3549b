internal import FileIO
package import ObjectTier
package import SnapshotFormat

extension FileObjectTier {
  package func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? {
    let path = try path(of: key)
    let status = try attempt(key) { () throws(FileError) in try root.statusIfPresent(of: path) }
    guard let status else { return nil }
    guard status.kind == .file else {
      throw TierError(.denied, key: key, location: location, reason: "not a regular file")
    }
    return status.byteCount
  }

  package func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    let wanted = range.upperBound - range.lowerBound
    guard let count = Int(exactly: wanted), count <= TierLimits.readByteCountMax else { throw tooLarge(key, wanted) }
    // Where it fails, or is short, what is opened anew tells.
    if let kept = openPacks.pack(key), let bytes = try? kept.file.read(upTo: count, at: range.lowerBound),
      bytes.count == count
    {
      return bytes
    }
    let opened = openPacks.keep(key, try open(key))
    let bytes = try attempt(key) { () throws(FileError) in try opened.file.read(upTo: count, at: range.lowerBound) }
    if role == .cache { noteUse(of: opened.file) }
    guard bytes.count == count else { throw try tooShort(key, opened.file, range) }
    return bytes
  }

  /// The bytes of `range`, put where the caller wants them: they fill `buffer`.
  ///
  /// - Throws: as `read(_:range:)`, and `.tooLarge` when they are more or fewer than it holds.
  package func read(_ key: ObjectKey, range: Range<UInt64>, into buffer: inout MutableRawSpan) throws(TierError) {
    let wanted = range.upperBound - range.lowerBound
    guard let count = Int(exactly: wanted), count == buffer.byteCount else { throw tooLarge(key, wanted) }
    if let kept = openPacks.pack(key), (try? kept.file.read(into: &buffer, at: range.lowerBound)) == count { return }
    let opened = openPacks.keep(key, try open(key))
    let found: Int
    do throws(FileError) {
      found = try opened.file.read(into: &buffer, at: range.lowerBound)
    } catch {
      throw TierError(error, key: key, location: location)
    }
    if role == .cache { noteUse(of: opened.file) }
    guard found == count else { throw try tooShort(key, opened.file, range) }
  }

  private func tooShort(
    _ key: ObjectKey, _ file: borrowing OpenFile, _ range: Range<UInt64>
  ) throws(TierError) -> TierError {
    let byteCount: UInt64
    do throws(FileError) {
      byteCount = try file.status().byteCount
    } catch {
      throw TierError(error, key: key, location: location)
    }
    return TierError(
      .tooShort(byteCount: byteCount), key: key, location: location,
      reason: "\(byteCount) bytes where at least \(range.upperBound) are needed")
  }

  package func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    let file = try open(key)
    let status = try attempt(key) { () throws(FileError) in try file.status() }
    guard let count = Int(exactly: status.byteCount), count <= limit, count <= TierLimits.readByteCountMax else {
      throw tooLarge(key, status.byteCount)
    }
    if role == .cache { noteUse(of: file) }
    return try attempt(key) { () throws(FileError) in try file.read(count, at: 0) }
  }

  private func open(_ key: ObjectKey) throws(TierError) -> OpenFile {
    let path = try path(of: key)
    return try attempt(key) { () throws(FileError) in try root.open(path, for: .read) }
  }

  private func tooLarge(_ key: ObjectKey, _ byteCount: UInt64) -> TierError {
    TierError(.tooLarge(byteCount: byteCount), key: key, location: location, reason: "\(byteCount) bytes at once")
  }
}

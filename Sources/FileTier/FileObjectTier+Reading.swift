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
    let file = try open(key)
    let bytes = try attempt(key) { () throws(FileError) in try file.read(upTo: count, at: range.lowerBound) }
    if role == .cache { noteUse(of: file) }
    guard bytes.count == count else {
      let status = try attempt(key) { () throws(FileError) in try file.status() }
      throw TierError(
        .tooShort(byteCount: status.byteCount), key: key, location: location,
        reason: "\(status.byteCount) bytes where at least \(range.upperBound) are needed")
    }
    return bytes
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

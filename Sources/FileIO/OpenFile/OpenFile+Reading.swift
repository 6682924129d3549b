extension OpenFile {
  /// Fills `buffer` with what stands at `offset`.
  ///
  /// - Returns: how many bytes were read: all of `buffer`, or fewer when the file ends before.
  package func read(into buffer: inout MutableRawSpan, at offset: UInt64) throws(FileError) -> Int {
    try unsafe buffer.withUnsafeMutableBytes { bytes throws(FileError) in
      try unsafe read(into: bytes, at: offset)
    }
  }

  /// The `count` bytes at `offset`.
  /// - Throws: `.endOfFile` when there are fewer, `.tooLarge` above `FileLimits.arrayByteCountMax`.
  package func read(_ count: Int, at offset: UInt64) throws(FileError) -> [UInt8] {
    let bytes = try read(upTo: count, at: offset)
    guard bytes.count == count else { throw FileError(.read, location, .endOfFile) }
    return bytes
  }

  /// The bytes at `offset`, at most `count`, fewer only when the file ends before.
  /// - Throws: `.tooLarge` above `FileLimits.arrayByteCountMax`.
  package func read(upTo count: Int, at offset: UInt64) throws(FileError) -> [UInt8] {
    guard count >= 0, count <= FileLimits.arrayByteCountMax else { throw FileError(.read, location, .tooLarge) }
    var result: Result<Void, FileError> = .success(())
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(FileError) {
        filled = try unsafe read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
      } catch {
        result = .failure(error)
      }
    }
    try result.get()
    return bytes
  }

  /// The whole file.
  /// - Throws: `.tooLarge` when it has more than `limit` bytes; nothing is read then.
  package func readAll(limit: Int) throws(FileError) -> [UInt8] {
    let byteCount = try status().byteCount
    guard let count = Int(exactly: byteCount), count <= limit else { throw FileError(.read, location, .tooLarge) }
    return try read(upTo: count, at: 0)
  }

  private func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(FileError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let position = try signed(offset, plus: filled)
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = try unsafe Syscalls.read(descriptor, into: rest, at: position, location)
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// An offset as the system takes it.
  func signed(_ offset: UInt64, plus count: Int) throws(FileError) -> Int64 {
    guard let start = Int64(exactly: offset) else { throw FileError(.read, location, .tooLarge) }
    let (sum, overflow) = start.addingReportingOverflow(Int64(count))
    guard !overflow else { throw FileError(.read, location, .tooLarge) }
    return sum
  }
}

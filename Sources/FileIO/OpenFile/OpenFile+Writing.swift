internal import Glibc
internal import Primitives

extension OpenFile {
  /// Writes all of `bytes` at `offset`.
  package func write(_ bytes: RawSpan, at offset: UInt64) throws(FileError) {
    try unsafe bytes.withUnsafeBytes { buffer throws(FileError) in
      var written = 0
      while written < buffer.count {
        let position = try signed(offset, plus: written)
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
        let count = try unsafe Syscalls.write(descriptor, rest, at: position, location)
        // write(2) moves nothing only when it is asked for nothing; a file system that does is not to be trusted.
        guard count > 0 else { throw FileError(.write, location, .failed) }
        written += count
      }
    }
  }

  package func write(_ bytes: [UInt8], at offset: UInt64) throws(FileError) {
    try write(bytes.rawSpan, at: offset)
  }

  /// Writes behind the file's last byte. For one writer; it costs a status call more than `write(_:at:)`.
  package func append(_ bytes: RawSpan) throws(FileError) {
    try write(bytes, at: try status().byteCount)
  }

  package func append(_ bytes: [UInt8]) throws(FileError) {
    try append(bytes.rawSpan)
  }

  /// Cuts the file, or lengthens it with zeros.
  package func truncate(to byteCount: UInt64) throws(FileError) {
    try Syscalls.truncate(descriptor, to: try signed(byteCount, plus: 0), location)
  }

  /// Gives the file the time it is now, as its file system has it. Needs no more than to own the file.
  package func touch() throws(FileError) { try Syscalls.touch(descriptor, location) }

  /// Reserves room, so that running out of it shows now. Does nothing where the file system cannot.
  package func allocate(_ byteCount: UInt64) throws(FileError) {
    let count = try signed(byteCount, plus: 0)
    guard count > 0 else { return }
    do throws(FileError) {
      try Syscalls.allocate(descriptor, at: 0, count, location)
    } catch {
      guard error.meaning == .unsupported else { throw error }
    }
  }

  /// Makes zeros of what stands in a range, which then takes no room. What lies behind the file's end stays behind it.
  /// - Returns: false where the file system cannot; nothing has changed then.
  package func makeHole(at offset: UInt64, count: Int) throws(FileError) -> Bool {
    guard count > 0 else { return true }
    _ = try signed(offset, plus: count)
    do throws(FileError) {
      try Syscalls.makeHole(descriptor, at: try signed(offset, plus: 0), Int64(count), location)
      return true
    } catch {
      guard error.meaning == .unsupported else { throw error }
      return false
    }
  }

  /// Makes this file share all blocks of `source`.
  /// - Returns: false where the file system cannot, or the two are on different ones; nothing has changed then.
  package func clone(from source: borrowing OpenFile) throws(FileError) -> Bool {
    do throws(FileError) {
      try Syscalls.clone(from: source.descriptor, to: descriptor, location)
      return true
    } catch {
      guard error.meaning == .unsupported else { throw error }
      return false
    }
  }
}

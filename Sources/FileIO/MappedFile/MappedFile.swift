internal import Primitives

/// A complete local file, mapped for reading.
///
/// - Only for files that nobody truncates while they are mapped: those this host wrote, completed and will only ever
///   replace. A page behind the end of a file cannot be read; the process would be ended by SIGBUS.
/// - A file on a network file system is refused: its server's death would have the same effect.
/// - Removing or replacing the file leaves the mapping as it is.
@safe
package struct MappedFile: ~Copyable, Sendable {
  // Safe: read-only memory that belongs to this value alone, from `init` to `deinit`.
  private nonisolated(unsafe) let base: UnsafeRawPointer?
  package let byteCount: Int

  /// Maps a file, which may be closed afterwards.
  ///
  /// - Parameters:
  ///   - byteCount: what the file must have.
  ///   - isLocal: whether its file system is known to be a local one; else it is asked.
  ///   - status: the file's, where it was just looked at.
  /// - Throws: `.changed` when the file has another size, `.unsupported` on a network file system.
  package init(_ file: borrowing OpenFile, byteCount: UInt64, isLocal: Bool = false, status: FileStatus? = nil)
    throws(FileError)
  {
    let found = if let status, status.kind == .file { status } else { try file.regularStatus() }
    guard found.byteCount == byteCount else { throw FileError(.map, file.location, .changed) }
    guard let count = Int(exactly: byteCount) else { throw FileError(.map, file.location, .tooLarge) }
    let isNetwork = isLocal ? false : try file.fileSystem().isNetwork
    guard !isNetwork else { throw FileError(.map, file.location, .unsupported) }
    let base = count == 0 ? nil : try unsafe Syscalls.map(file.descriptor, byteCount: count, file.location)
    self.byteCount = count
    unsafe self.base = base
  }

  deinit {
    if let base = unsafe base { unsafe Syscalls.unmap(base, byteCount: byteCount) }
  }

  /// The file's bytes. The first lies at a page boundary.
  package var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      guard let base = unsafe base else { return RawSpan() }
      // Safe: the memory is there, and does not change, as long as `self` is.
      let span = unsafe RawSpan(_unsafeStart: base, byteCount: byteCount)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Hands the bytes to `body`, for owners that cannot return a span.
  package func withBytes<Value: ~Copyable, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try body(bytes)
  }
}

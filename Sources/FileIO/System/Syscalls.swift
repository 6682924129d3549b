internal import CSystemCalls
internal import Glibc
internal import Primitives

/// Every system call of this module: retried when a signal interrupts it, watched by `SystemCallHook`, noted for the
/// process that watches this one, its error named.
///
/// Descriptors are plain numbers here; `OpenFile` and `Directory` own them.
enum Syscalls {
  private static func perform(
    _ call: SystemCall, _ location: @autoclosure () -> FileLocation, _ body: (_ byteCountMax: Int) -> Int
  ) throws(FileError) -> Int {
    var code: Int32 = 0
    for _ in 0..<FileLimits.interruptionCountMax {
      let fault = SystemCallHook.fault(call, location)
      let (result, failure) = CallNotes.during(call) { attempt(call, fault, body) }
      if result >= 0 { return result }
      code = failure
      guard code == EINTR else { break }
      // close(2): "Linux always frees the file descriptor early in the close operation"; what has to last was synced.
      if call == .close { return 0 }
    }
    throw FileError(call, location(), errno: code)
  }

  private static func attempt(
    _ call: SystemCall, _ fault: SystemCallHook.Fault?, _ body: (_ byteCountMax: Int) -> Int
  ) -> (result: Int, code: Int32) {
    switch fault {
    case .fail(let code):
      return (-1, code)
    case .loseAnswer(let code):
      let result = body(FileLimits.callByteCountMax)
      if call == .open, result >= 0 { _ = Glibc.close(Int32(result)) }
      return (-1, code)
    case .shorten(let byteCount):
      let result = body(max(1, byteCount))
      return (result, errno)
    case nil:
      let result = body(CallNotes.byteCountMax)
      return (result, errno)
    }
  }

  /// Hands `bytes` over as C wants them. They hold no NUL: paths are checked where they are made.
  private static func withCString<Value>(
    _ bytes: some Collection<UInt8>, _ body: (UnsafePointer<CChar>) -> Value
  ) -> Value {
    let terminated = bytes.map { CChar(bitPattern: $0) } + [0]
    return unsafe terminated.withUnsafeBufferPointer { pointer in
      // Safe: the array holds at least the terminator.
      unsafe body(pointer.baseAddress.unsafelyUnwrapped)
    }
  }
}

// MARK: - Descriptors

extension Syscalls {
  static func open(path: FileLocation, flags: Int32) throws(FileError) -> Int32 {
    let descriptor = try perform(.open, path) { _ in
      unsafe withCString(path.bytes) { unsafe Int(system_open($0, flags | O_CLOEXEC)) }
    }
    return Int32(descriptor)
  }

  static func open(
    beneath directory: Int32, _ path: [UInt8], flags: Int32, mode: FileMode, _ location: @autoclosure () -> FileLocation
  ) throws(FileError) -> Int32 {
    let descriptor = try perform(.open, location()) { _ in
      unsafe withCString(path) {
        unsafe Int(system_open_beneath(directory, $0, flags | O_CLOEXEC, UInt32(mode.bits)))
      }
    }
    return Int32(descriptor)
  }

  static func duplicate(_ descriptor: Int32, _ location: FileLocation) throws(FileError) -> Int32 {
    Int32(try perform(.open, location) { _ in Int(system_duplicate(descriptor)) })
  }

  static func close(_ descriptor: Int32, _ location: FileLocation) throws(FileError) {
    _ = try perform(.close, location) { _ in Int(Glibc.close(descriptor)) }
  }

  /// For `deinit`, where nobody is left to hear of an error.
  static func closeQuietly(_ descriptor: Int32) {
    _ = CallNotes.during(.close) { Glibc.close(descriptor) }
  }

  static func status(_ descriptor: Int32, _ location: FileLocation) throws(FileError) -> FileStatus {
    var raw = system_status()
    _ = try perform(.status, location) { _ in unsafe Int(system_status_of(descriptor, nil, &raw)) }
    return FileStatus(raw)
  }

  static func fileSystem(_ descriptor: Int32, _ location: FileLocation) throws(FileError) -> FileSystem {
    var raw = system_file_system()
    _ = try perform(.fileSystem, location) { _ in unsafe Int(system_file_system_of(descriptor, &raw)) }
    return FileSystem(magic: raw.magic, freeByteCount: raw.free_byte_count, byteCount: raw.byte_count)
  }

  static func mount(of descriptor: Int32) -> UInt64 { CallNotes.during(.status) { system_mount_of(descriptor) } }

  static func sync(_ descriptor: Int32, _ location: FileLocation) throws(FileError) {
    _ = try perform(.sync, location) { _ in Int(fsync(descriptor)) }
  }

  /// A hint, whose failure changes nothing. Pages that are not written yet stay.
  static func forgetPages(_ descriptor: Int32) {
    _ = CallNotes.during(.sync) { posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) }
  }

  /// sync_file_range(2), which waits for none of it to be there. What fails at once no later sync has to tell again.
  static func beginWritingOut(_ descriptor: Int32, _ location: FileLocation) throws(FileError) {
    _ = try perform(.sync, location) { _ in Int(system_begin_writing_out(descriptor)) }
  }

  /// - Returns: whether the lock was free.
  static func lock(_ descriptor: Int32, shared: Bool, _ location: FileLocation) throws(FileError) -> Bool {
    let operation = (shared ? LOCK_SH : LOCK_EX) | LOCK_NB
    do throws(FileError) {
      _ = try perform(.lock, location) { _ in Int(system_lock(descriptor, operation)) }
      return true
    } catch {
      guard error.errno == EWOULDBLOCK else { throw error }
      return false
    }
  }

  /// Closing alone leaves the lock with a child that is just being started and still has the descriptor.
  static func unlock(_ descriptor: Int32, _ location: FileLocation) throws(FileError) {
    _ = try perform(.lock, location) { _ in Int(system_lock(descriptor, LOCK_UN)) }
  }
}

// MARK: - Contents

extension Syscalls {
  static func read(
    _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64, _ location: FileLocation
  ) throws(FileError) -> Int {
    try perform(.read, location) { limit in
      unsafe pread(descriptor, buffer.baseAddress, min(buffer.count, limit), off_t(offset))
    }
  }

  /// Reads where the descriptor stands. One that is interrupted has taken nothing (read(2)).
  static func readNext(
    _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, _ location: FileLocation
  ) throws(FileError) -> Int {
    try perform(.read, location) { limit in
      unsafe Glibc.read(descriptor, buffer.baseAddress, min(buffer.count, limit))
    }
  }

  /// Whether a read would return now, with bytes, the end or an error. Files always would.
  static func waitForInput(
    _ descriptor: Int32, milliseconds: Int32, _ location: FileLocation
  ) throws(FileError) -> Bool {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return try perform(.wait, location) { _ in unsafe Int(poll(&wanted, 1, milliseconds)) } > 0
  }

  static func write(
    _ descriptor: Int32, _ buffer: UnsafeRawBufferPointer, at offset: Int64, _ location: FileLocation
  ) throws(FileError) -> Int {
    try perform(.write, location) { limit in
      unsafe pwrite(descriptor, buffer.baseAddress, min(buffer.count, limit), off_t(offset))
    }
  }

  static func truncate(_ descriptor: Int32, to byteCount: Int64, _ location: FileLocation) throws(FileError) {
    _ = try perform(.truncate, location) { _ in Int(ftruncate(descriptor, off_t(byteCount))) }
  }

  static func allocate(
    _ descriptor: Int32, at offset: Int64, _ count: Int64, _ location: FileLocation
  ) throws(FileError) {
    _ = try perform(.allocate, location) { _ in Int(system_allocate(descriptor, offset, count)) }
  }

  static func makeHole(
    _ descriptor: Int32, at offset: Int64, _ count: Int64, _ location: FileLocation
  ) throws(FileError) {
    _ = try perform(.allocate, location) { _ in Int(system_make_hole(descriptor, offset, count)) }
  }

  static func touch(_ descriptor: Int32, _ location: FileLocation) throws(FileError) {
    _ = try perform(.touch, location) { _ in Int(futimens(descriptor, nil)) }
  }

  static func clone(from source: Int32, to target: Int32, _ location: FileLocation) throws(FileError) {
    _ = try perform(.clone, location) { _ in Int(system_clone(target, source)) }
  }

  static func changeMode(_ descriptor: Int32, to mode: FileMode, _ location: FileLocation) throws(FileError) {
    _ = try perform(.changeMode, location) { _ in Int(fchmod(descriptor, mode_t(mode.bits))) }
  }

  static func changeOwner(
    _ descriptor: Int32, user: UInt32, group: UInt32, _ location: FileLocation
  ) throws(FileError) {
    _ = try perform(.changeOwner, location) { _ in Int(fchown(descriptor, user, group)) }
  }

  /// Maps `byteCount` bytes, at least one, for reading.
  static func map(_ descriptor: Int32, byteCount: Int, _ location: FileLocation) throws(FileError) -> UnsafeRawPointer {
    var base: UnsafeMutableRawPointer?
    _ = try perform(.map, location) { _ in
      unsafe base = mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0)
      return unsafe base == MAP_FAILED ? -1 : 0
    }
    guard let base = unsafe base else { throw FileError(.map, location, .failed) }
    return UnsafeRawPointer(base)
  }

  static func unmap(_ base: UnsafeRawPointer, byteCount: Int) {
    _ = unsafe munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
  }
}

// MARK: - Names in a directory

extension Syscalls {
  static func status(of name: Name) throws(FileError) -> FileStatus {
    var raw = system_status()
    _ = try perform(.status, name.location) { _ in
      unsafe withCString(name.bytes) { unsafe Int(system_status_of(name.directory, $0, &raw)) }
    }
    return FileStatus(raw)
  }

  static func allocatedByteCount(of name: Name) throws(FileError) -> UInt64 {
    let count = try perform(.status, name.location) { _ in
      unsafe withCString(name.bytes) { unsafe Int(system_allocated_byte_count_of(name.directory, $0)) }
    }
    return UInt64(count)
  }

  static func makeDirectory(_ name: Name, mode: FileMode) throws(FileError) {
    _ = try perform(.makeDirectory, name.location) { _ in
      unsafe withCString(name.bytes) { unsafe Int(mkdirat(name.directory, $0, mode_t(mode.bits))) }
    }
  }

  static func link(_ source: Name, to target: Name) throws(FileError) {
    _ = try perform(.link, target.location) { _ in
      unsafe withCString(source.bytes) { from in
        unsafe withCString(target.bytes) { to in
          unsafe Int(linkat(source.directory, from, target.directory, to, 0))
        }
      }
    }
  }

  static func makeSymbolicLink(_ name: Name, target: [UInt8]) throws(FileError) {
    _ = try perform(.makeSymbolicLink, name.location) { _ in
      unsafe withCString(target) { target in
        unsafe withCString(name.bytes) { unsafe Int(symlinkat(target, name.directory, $0)) }
      }
    }
  }

  static func readLink(_ name: Name, into buffer: UnsafeMutableBufferPointer<CChar>) throws(FileError) -> Int {
    try perform(.readLink, name.location) { _ in
      unsafe withCString(name.bytes) {
        // Safe: the caller's buffer is not empty.
        unsafe readlinkat(name.directory, $0, buffer.baseAddress.unsafelyUnwrapped, buffer.count)
      }
    }
  }

  static func rename(_ source: Name, to target: Name, flags: UInt32) throws(FileError) {
    _ = try perform(.rename, target.location) { _ in
      unsafe withCString(source.bytes) { from in
        unsafe withCString(target.bytes) { to in
          unsafe Int(system_rename(source.directory, from, target.directory, to, flags))
        }
      }
    }
  }

  static func unlink(_ name: Name, isDirectory: Bool) throws(FileError) {
    _ = try perform(.unlink, name.location) { _ in
      unsafe withCString(name.bytes) { unsafe Int(unlinkat(name.directory, $0, isDirectory ? AT_REMOVEDIR : 0)) }
    }
  }

  /// fchmodat(2) with AT_SYMLINK_NOFOLLOW: fails on a link with EOPNOTSUPP instead of going through it.
  static func changeMode(_ name: Name, to mode: FileMode) throws(FileError) {
    _ = try perform(.changeMode, name.location) { _ in
      unsafe withCString(name.bytes) {
        unsafe Int(fchmodat(name.directory, $0, mode_t(mode.bits), AT_SYMLINK_NOFOLLOW))
      }
    }
  }

  /// fchownat(2) with AT_SYMLINK_NOFOLLOW: of a link itself, never of its target.
  static func changeOwner(_ name: Name, user: UInt32, group: UInt32) throws(FileError) {
    _ = try perform(.changeOwner, name.location) { _ in
      unsafe withCString(name.bytes) {
        unsafe Int(fchownat(name.directory, $0, user, group, AT_SYMLINK_NOFOLLOW))
      }
    }
  }

  static func list(
    _ directory: Int32, into buffer: UnsafeMutableRawBufferPointer, _ location: FileLocation
  ) throws(FileError) -> Int {
    try perform(.list, location) { _ in
      // Safe: the caller's buffer is not empty.
      unsafe system_list(directory, buffer.baseAddress.unsafelyUnwrapped, buffer.count)
    }
  }
}

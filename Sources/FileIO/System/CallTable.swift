internal import CSystemCalls
internal import Glibc

/// Which system calls the threads of one process are in, and since when, as another process sees it that watches it.
///
/// - Memory that the two share. Its size is sealed: nobody can take away what the other one reads.
/// - A call that has begun stands there until it returns; one that never returns stands there for ever.
@safe
package final class CallTable: Sendable {
  // Safe: mapped from `init` to `deinit`; all that stands there is read and written atomically.
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer
  package let file: Int32

  /// New memory, in which no call stands. Nil when the system has none.
  package convenience init?() {
    let file = system_memory_file(system_call_table_byte_count)
    guard file >= 0 else { return nil }
    self.init(file)
  }

  /// That which another process made. Nil for a descriptor of anything else.
  package convenience init?(descriptor: Int32) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_size == system_call_table_byte_count else { return nil }
    self.init(descriptor)
  }

  private init?(_ file: Int32) {
    guard let base = unsafe system_map_shared(file, system_call_table_byte_count) else {
      _ = close(file)
      return nil
    }
    unsafe self.base = base
    self.file = file
  }

  deinit {
    _ = unsafe munmap(base, system_call_table_byte_count)
    _ = close(file)
  }

  /// A call that is under way.
  package struct Standing: Sendable, Equatable {
    package let call: SystemCall
    /// When it began, on the monotonic clock.
    package let began: UInt64

    package init(_ call: SystemCall, began: UInt64) {
      self.call = call
      self.began = began
    }
  }

  /// The call that has been under way for longest.
  package var oldest: Standing? {
    var (began, kind) = (UInt64(0), UInt32(0))
    guard unsafe system_oldest_call(base, &began, &kind) != 0 else { return nil }
    return Standing(SystemCall(rawValue: UInt8(truncatingIfNeeded: kind)) ?? .wait, began: began)
  }

  /// Whether something was made that stays, whatever becomes of the process.
  package var hasResult: Bool { unsafe system_has_result(base) != 0 }

  package func noteResult() { unsafe system_note_result(base) }

  /// Has this process note its calls here from now on; to be called once, before any thread makes one.
  package func noteCallsOfThisProcess() {
    // Safe: the memory is never unmapped, because this reference is never given back.
    _ = unsafe Unmanaged.passRetained(self)
    unsafe system_note_calls(base)
  }
}

/// What this process notes of the system calls it makes; costs a load where nobody watches it, else two stores and a
/// look at the clock.
package enum CallNotes {
  package static var areTaken: Bool { system_calls_are_noted() != 0 }

  /// Makes a call that may not return.
  @inline(__always)
  package static func during<Value>(_ call: SystemCall, _ body: () -> Value) -> Value {
    guard areTaken else { return body() }
    system_call_begins(UInt32(call.rawValue))
    defer { system_call_ends() }
    return body()
  }

  /// Ends this process: that closes its files, which is a call that may not return either.
  package static func exit(_ status: Int32) -> Never {
    if areTaken { system_call_begins(UInt32(SystemCall.close.rawValue)) }
    Glibc.exit(status)
  }

  /// Bytes one system call is asked for. Whoever is watched moves little at a time, so that it shows that bytes move.
  static var byteCountMax: Int { areTaken ? FileLimits.watchedCallByteCountMax : FileLimits.callByteCountMax }
}

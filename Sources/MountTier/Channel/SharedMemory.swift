internal import CSystemCalls
internal import Glibc

/// Memory that an engine and its helper share: a counter and some room for each slot.
///
/// - Its size is sealed: nobody can take away what the other one reads.
/// - The engine copies into it and out of it and has only the counters mapped, so that it counts as the helper's. The
///   helper works in it where it is.
/// - What stands in a slot may change at any time if the other process is mad; it is copied out once, and checked by
///   whoever uses it.
@safe
final class SharedMemory: Sendable {
  // Safe: mapped from `init` to `deinit`; a slot belongs to one thread at a time, counters are atomic.
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer
  private let mappedByteCount: Int
  let file: Int32

  /// New memory, of which nothing is used yet, for an engine.
  convenience init?() {
    let file = system_memory_file(MountLimits.memoryByteCount)
    guard file >= 0 else { return nil }
    self.init(file, mapped: MountLimits.headerByteCount)
  }

  /// That which an engine made, for its helper.
  /// - Returns: nil for a descriptor of anything else.
  convenience init?(descriptor: Int32) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_size == MountLimits.memoryByteCount else { return nil }
    self.init(descriptor, mapped: MountLimits.memoryByteCount)
  }

  private init?(_ file: Int32, mapped byteCount: Int) {
    guard let base = unsafe system_map_shared(file, byteCount) else {
      _ = close(file)
      return nil
    }
    unsafe self.base = base
    mappedByteCount = byteCount
    self.file = file
  }

  deinit {
    _ = unsafe munmap(base, mappedByteCount)
    _ = close(file)
  }

  // MARK: Counters

  /// How often something moved for the request in `slot`.
  func moves(in slot: Int) -> UInt64 { unsafe system_load(base + slot * MountLimits.counterByteCount) }

  func moved(in slot: Int) { unsafe system_raise(base + slot * MountLimits.counterByteCount) }

  // MARK: Bytes

  private func start(of slot: Int) -> Int { MountLimits.headerByteCount + slot * MountLimits.slotByteCount }

  /// Copies bytes into a slot.
  /// - Returns: whether there was memory for them.
  /// - Precondition: they fit.
  func put(_ bytes: [UInt8], in slot: Int) -> Bool {
    precondition(bytes.count <= MountLimits.slotByteCount)
    return unsafe bytes.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
        let count = unsafe pwrite(file, rest.baseAddress, rest.count, start(of: slot) + written)
        guard count > 0 || (count < 0 && errno == EINTR) else { return false }
        written += max(0, count)
      }
      return true
    }
  }

  /// The first `count` bytes of a slot, copied; fewer where the system does not give them.
  /// - Precondition: a slot has as many.
  func bytes(_ count: Int, in slot: Int) -> [UInt8] {
    precondition(count >= 0 && count <= MountLimits.slotByteCount)
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
        let read = unsafe pread(file, rest.baseAddress, count - filled, start(of: slot) + filled)
        guard read > 0 || (read < 0 && errno == EINTR) else { return }
        filled += max(0, read)
      }
    }
  }

  /// Hands out the first `count` bytes of a slot, to be read and written where they are. For the helper.
  /// - Precondition: a slot has as many.
  func withBytes<Value, Failure: Error>(
    _ count: Int, in slot: Int, _ body: (inout MutableRawSpan) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    precondition(count >= 0 && count <= MountLimits.slotByteCount && mappedByteCount == MountLimits.memoryByteCount)
    let buffer = unsafe UnsafeMutableRawBufferPointer(start: base + start(of: slot), count: count)
    // Safe: the memory is there as long as `self` is, and the slot is the caller's.
    var span = unsafe buffer.mutableBytes
    return try body(&span)
  }

  /// Gives memory back that a request of `count` bytes used beyond what most need.
  func trim(_ slot: Int, used count: Int) {
    guard count > MountLimits.keptByteCount else { return }
    _ = system_give_back(
      file, Int64(start(of: slot) + MountLimits.keptByteCount), Int64(count - MountLimits.keptByteCount))
  }
}

internal import CSystemCalls
internal import Glibc

/// Memory that an engine and its helper share: a counter and some room for each slot.
///
/// - Its size is sealed: nobody can take away what the other one reads.
/// - What stands in a slot may change at any time if the other process is mad; it is copied out once, and checked by
///   whoever uses it.
@safe
final class SharedMemory: Sendable {
  // Safe: mapped from `init` to `deinit`; a slot belongs to one thread at a time, counters are atomic.
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer
  /// Of the file in memory; -1 where it was handed over and is not needed any more.
  let file: Int32

  /// New memory, of which nothing is used yet.
  init?() {
    let file = system_memory_file(MountLimits.memoryByteCount)
    guard file >= 0 else { return nil }
    guard let base = unsafe system_map_shared(file, MountLimits.memoryByteCount) else {
      _ = close(file)
      return nil
    }
    unsafe self.base = base
    self.file = file
  }

  /// That which another process made.
  /// - Returns: nil for a descriptor of anything else.
  init?(descriptor: Int32) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_size == MountLimits.memoryByteCount,
      let base = unsafe system_map_shared(descriptor, MountLimits.memoryByteCount)
    else { return nil }
    unsafe self.base = base
    file = descriptor
  }

  deinit {
    _ = unsafe munmap(base, MountLimits.memoryByteCount)
    _ = close(file)
  }

  // MARK: Counters

  /// How often something moved for the request in `slot`.
  func moves(in slot: Int) -> UInt64 { unsafe system_load(base + slot * MountLimits.counterByteCount) }

  func moved(in slot: Int) { unsafe system_raise(base + slot * MountLimits.counterByteCount) }

  // MARK: Bytes

  private func start(of slot: Int) -> UnsafeMutableRawPointer {
    unsafe base + MountLimits.headerByteCount + slot * MountLimits.slotByteCount
  }

  /// - Precondition: they fit.
  func put(_ bytes: [UInt8], in slot: Int) {
    precondition(bytes.count <= MountLimits.slotByteCount)
    unsafe bytes.withUnsafeBytes { bytes in
      guard let source = bytes.baseAddress else { return }
      unsafe start(of: slot).copyMemory(from: source, byteCount: bytes.count)
    }
  }

  /// The first `count` bytes of a slot, copied.
  /// - Precondition: a slot has as many.
  func bytes(_ count: Int, in slot: Int) -> [UInt8] {
    precondition(count >= 0 && count <= MountLimits.slotByteCount)
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      if let target = buffer.baseAddress {
        unsafe UnsafeMutableRawPointer(target).copyMemory(from: start(of: slot), byteCount: count)
      }
      filled = count
    }
  }

  /// Gives memory back that a request of `count` bytes used beyond what most need.
  func trim(_ slot: Int, used count: Int) {
    guard count > MountLimits.keptByteCount else { return }
    let end = (count + 4_095) & ~4_095
    _ = unsafe system_give_back(start(of: slot) + MountLimits.keptByteCount, end - MountLimits.keptByteCount)
  }
}

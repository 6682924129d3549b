internal import Glibc

/// A pipe between a stream of the process that works and the pipe or socket it is meant for.
///
/// A process that hangs keeps what it has open, even when it was killed; whoever reads a pipe to its end would hang as
/// well. So it never has that pipe.
final class StreamRelay {
  /// What the other process is given.
  private(set) var given: Int32
  /// Where what it writes comes out; negative when nothing more will.
  private(set) var source: Int32
  private let target: Int32
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)

  /// Nil for a stream that nobody reads to its end, such as a file, and where there are no descriptors left.
  init?(to target: Int32) {
    guard let name = StandardStream.target(of: target), name.hasPrefix("pipe:") || name.hasPrefix("socket:") else {
      return nil
    }
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    (source, given) = (ends[0], ends[1])
    self.target = target
  }

  deinit {
    closeGiven()
    if source >= 0 { _ = close(source) }
  }

  /// The other process has it now.
  func closeGiven() {
    if given >= 0 { _ = close(given) }
    given = -1
  }

  /// Hands on what is there.
  /// - Returns: whether there was anything.
  @discardableResult
  func pass() -> Bool {
    guard source >= 0 else { return false }
    let count = unsafe read(source, &buffer, buffer.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return false }
    guard count > 0, write(buffer[..<count]) else {
      // The end; or nobody reads any more, which the writer is to notice.
      _ = close(source)
      source = -1
      return false
    }
    return true
  }

  private func write(_ bytes: ArraySlice<UInt8>) -> Bool {
    unsafe bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
        let count = unsafe Glibc.write(target, rest.baseAddress, rest.count)
        guard count > 0 || (count < 0 && errno == EINTR) else { return false }
        written += max(0, count)
      }
      return true
    }
  }
}

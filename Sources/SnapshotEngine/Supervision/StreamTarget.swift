internal import Glibc

/// The pipe or socket that a standard stream is, written to without waiting for whoever reads it.
final class StreamTarget {
  /// What became of bytes that were offered.
  enum Offered {
    case taken(Int)
    /// There is no room until somebody reads.
    case nothing
    /// Nobody reads any more.
    case ended
  }

  /// To wait at, until there is room.
  let number: Int32
  private let isSocket: Bool
  /// A pipe that has room for some bytes has it for so many.
  private let byteCountMax: Int
  private let isOwn: Bool

  /// Nil for a stream that nobody reads to its end, such as a file.
  init?(_ stream: Int32) {
    guard let name = StandardStream.target(of: stream) else { return nil }
    isSocket = name.hasPrefix("socket:")
    guard isSocket || name.hasPrefix("pipe:") else { return nil }
    // That no call waits is a mark of an open pipe, which other processes have as well: this is one of its own.
    let flags = O_WRONLY | O_NONBLOCK | O_CLOEXEC
    let own = isSocket ? -1 : unsafe open("/proc/self/fd/\(stream)", flags)
    isOwn = own >= 0
    number = isOwn ? own : stream
    // Another user's pipe cannot be opened. Into one that has room a write of that many bytes goes without waiting.
    byteCountMax = isOwn || isSocket ? .max : StreamTarget.atomicByteCount
  }

  deinit {
    if isOwn { _ = close(number) }
  }

  private static let atomicByteCount = Int(PIPE_BUF)

  func offer(_ bytes: ArraySlice<UInt8>) -> Offered {
    guard hasRoom else { return .nothing }
    let bytes = bytes.prefix(byteCountMax)
    let count = unsafe bytes.withUnsafeBytes { buffer in
      isSocket
        ? unsafe send(number, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
        : unsafe write(number, buffer.baseAddress, buffer.count)
    }
    if count > 0 { return .taken(count) }
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .ended
  }

  /// True as well where nobody reads any more.
  private var hasRoom: Bool {
    var wanted = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
    return unsafe poll(&wanted, 1, 0) > 0
  }
}

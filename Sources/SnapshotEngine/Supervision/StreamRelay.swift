internal import Glibc

/// A pipe between a stream of the process that works and the pipe or socket it is meant for.
///
/// - A process that hangs keeps what it has open, even when it was killed; whoever reads a pipe to its end would hang
///   as well. So it never has that pipe.
/// - Nothing here waits: what nobody reads stays in the buffer, and then in the pipe, until the other process waits.
final class StreamRelay {
  /// What the other process is given.
  private(set) var given: Int32
  /// Where what it writes comes out; negative when nothing more will.
  private var source: Int32
  private let target: StreamTarget
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)
  /// What was read of the source and not taken by the target.
  private var pending = 0..<0

  /// Nil for a stream that nobody reads to its end, such as a file, and where there are no descriptors left.
  init?(to stream: Int32) {
    guard let target = StreamTarget(stream) else { return nil }
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    (source, given) = (ends[0], ends[1])
    self.target = target
  }

  deinit {
    closeGiven()
    closeSource()
  }

  /// The other process has it now.
  func closeGiven() {
    if given >= 0 { _ = close(given) }
    given = -1
  }

  private func closeSource() {
    if source >= 0 { _ = close(source) }
    source = -1
  }

  /// Whether the reader has to take something first.
  var isFull: Bool { !pending.isEmpty }

  /// What to wait for before the next `pass`.
  var wanted: pollfd {
    isFull
      ? pollfd(fd: target.number, events: Int16(POLLOUT), revents: 0)
      : pollfd(fd: source, events: Int16(POLLIN), revents: 0)
  }

  /// Hands on what is there, as far as there is room for it.
  /// - Returns: whether anything moved.
  @discardableResult
  func pass() -> Bool {
    let hasRead = !isFull && fill()
    return isFull && drain() || hasRead
  }

  private func fill() -> Bool {
    guard source >= 0 else { return false }
    let count = unsafe read(source, &buffer, buffer.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return false }
    if count <= 0 { closeSource() }
    pending = 0..<max(0, count)
    return count > 0
  }

  private func drain() -> Bool {
    switch target.offer(buffer[pending]) {
    case .taken(let count):
      pending = pending.lowerBound + count..<pending.upperBound
      return true
    case .nothing: return false
    case .ended:
      // The writer is to notice.
      closeSource()
      pending = 0..<0
      return false
    }
  }
}

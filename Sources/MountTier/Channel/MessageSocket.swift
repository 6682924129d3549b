internal import CSystemCalls
internal import Glibc

/// One end of a pair of sockets that keep the borders of messages. Closed when nobody has it any more: one thread may
/// wait at it while another shuts it down.
package final class MessageSocket: Sendable {
  package let number: Int32

  /// What waiting for a message came to.
  package enum Received {
    case message([UInt8])
    /// Nothing came in the time allowed.
    case nothing
    /// Whoever was at the other end is gone, or said more than a message holds.
    case ended
  }

  package init(_ number: Int32) {
    self.number = number
  }

  deinit {
    _ = close(number)
  }

  /// Two ends; nil when the system has no descriptors left.
  package static func pair() -> (MessageSocket, MessageSocket)? {
    var numbers: [Int32] = [-1, -1]
    guard unsafe system_message_pair(&numbers) == 0 else { return nil }
    return (MessageSocket(numbers[0]), MessageSocket(numbers[1]))
  }

  /// - Returns: whether it was sent whole.
  func send(_ message: [UInt8]) -> Bool {
    while true {
      let count = unsafe system_send(number, message, message.count)
      if count == message.count { return true }
      guard count < 0, errno == EINTR else { return false }
    }
  }

  /// The next message.
  /// - Parameter milliseconds: nil: as long as it takes; for the helper, which has nothing else to do.
  package func receive(milliseconds: UInt64?) -> Received {
    if let milliseconds {
      var wanted = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
      let found = unsafe poll(&wanted, 1, Int32(clamping: milliseconds))
      if found == 0 || (found < 0 && errno == EINTR) { return .nothing }
      guard found > 0 else { return .ended }
    }
    while true {
      var buffer = [UInt8](repeating: 0, count: MountLimits.messageByteCount)
      let count = unsafe system_receive(number, &buffer, buffer.count)
      if count > 0 { return .message(Array(buffer[..<count])) }
      guard count < 0, errno == EINTR else { return .ended }
    }
  }

  /// Wakes whoever waits at either end: nothing more will come.
  func shutDown() { system_shut_down(number) }
}

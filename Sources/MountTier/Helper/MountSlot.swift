/// A place for one request at a time: a number, which is that of its memory too, and a socket of its own.
final class MountSlot: Sendable {
  let number: Int
  let socket: MessageSocket

  init(_ number: Int, _ socket: MessageSocket) {
    self.number = number
    self.socket = socket
  }
}

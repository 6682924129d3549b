internal import Primitives

/// Where a file lies, for messages: made safe to print only when a message is made.
struct FileLocation: Sendable, CustomStringConvertible {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  func below(_ path: [UInt8]) -> FileLocation {
    FileLocation(bytes + [UInt8(ascii: "/")] + path)
  }

  var description: String { Printable.string(bytes) }
}

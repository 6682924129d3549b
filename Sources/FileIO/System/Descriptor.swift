/// A descriptor's number, and the duty to close it once.
struct Descriptor: ~Copyable, Sendable {
  let number: Int32

  init(_ number: Int32) {
    self.number = number
  }

  deinit {
    Syscalls.closeQuietly(number)
  }

  consuming func close(_ location: FileLocation) throws(FileError) {
    let number = number
    discard self
    try Syscalls.close(number, location)
  }
}

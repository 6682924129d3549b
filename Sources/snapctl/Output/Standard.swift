import Glibc
import SnapshotEngine

/// A standard stream, written to without a buffer. A reader that went away is no error: what it does not read is
/// dropped.
struct Standard: Sendable {
  static let output = Standard(descriptor: STDOUT_FILENO)
  static let error = Standard(descriptor: STDERR_FILENO)

  private let descriptor: Int32

  /// False when nobody reads any more, or nothing more can be written.
  @discardableResult
  func write(_ text: String) -> Bool {
    write(Array(text.utf8))
  }

  @discardableResult
  func write(_ bytes: [UInt8]) -> Bool {
    unsafe bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
        let count = SupervisedProcess.writing(to: descriptor) {
          unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        written += count
      }
      return true
    }
  }

  /// Writes what can be done without: nothing where whoever reads takes their time.
  func mention(_ text: String) {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    if unsafe poll(&wanted, 1, 0) > 0 { write(text) }
  }

  /// A file, which may hang whoever asks, is told by its position, which is this system's own.
  var isTerminal: Bool { lseek(descriptor, 0, SEEK_CUR) < 0 && isatty(descriptor) == 1 }
}

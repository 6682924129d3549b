import FileIO
import Glibc
import Synchronization
import TestFiles
import Testing

@Suite(.timeLimit(.minutes(1))) struct SequentialInputTests {
  private let temporary: TemporaryDirectory
  private let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }

  init() throws {
    temporary = try TemporaryDirectory()
  }

  private func file() throws -> String {
    let directory = try temporary.open()
    try directory.open(.local("a"), for: .newFile(.file)).write(bytes, at: 0)
    return temporary.path + "/a"
  }

  /// All of it, in pieces.
  private func all(_ input: consuming SequentialInput, upTo count: Int = 65_536) throws(FileError) -> [UInt8] {
    var all: [UInt8] = []
    while true {
      let piece = try input.next(upTo: count)
      if piece.isEmpty { return all }
      all += piece
    }
  }

  @Test func `what cannot be read says which call failed, and why`() throws {
    let missing = #expect(throws: FileError.self) { _ = try SequentialInput(path: temporary.path + "/nope").status() }
    #expect(missing?.meaning == .notFound)
    #expect(throws: FileError.self) { _ = try SequentialInput(path: "").status() }
    #expect(throws: FileError.self) { _ = try SequentialInput(path: "a\0b").status() }
    let directory = #expect(throws: FileError.self) { try all(SequentialInput(path: temporary.path)) }
    #expect(directory?.meaning == .isADirectory)
    let path = try file()
    let broken = SystemCallHook.during(decide: { call, _ in call == .read ? .fail(errno: EIO) : nil }) {
      #expect(throws: FileError.self) { try all(SequentialInput(path: path)) }
    }
    #expect(broken?.description == "\(path): read: Input/output error")
  }

  @Test func `a read that is interrupted every second time loses nothing`() throws {
    let path = try file()
    let count = Mutex(0)
    let read = try SystemCallHook.during(decide: { _, _ in
      count.withLock { count in
        count += 1
        return count.isMultiple(of: 2) ? .fail(errno: EINTR) : nil
      }
    }) { try all(SequentialInput(path: path), upTo: 4_096) }
    #expect(read == bytes && count.withLock { $0 } > 150)
  }

  @Test func `a read that is interrupted for ever fails`() throws {
    let path = try file()
    let error = SystemCallHook.during(decide: { call, _ in call == .read ? .fail(errno: EINTR) : nil }) {
      #expect(throws: FileError.self) { try all(SequentialInput(path: path)) }
    }
    #expect(error?.errno == EINTR)
  }

  @Test func `reads that bring little, or nothing yet, lose nothing`() throws {
    let path = try file()
    let count = Mutex(0)
    let read = try SystemCallHook.during(decide: { call, _ in
      count.withLock { count in
        count += 1
        if call == .read, count.isMultiple(of: 5) { return .fail(errno: EAGAIN) }
        return call == .read ? .shorten(byteCount: 1_001) : nil
      }
    }) { try all(SequentialInput(path: path)) }
    #expect(read == bytes)
  }

  @Test func `a fifo is read to the end of its writer, whenever that comes`() throws {
    let path = temporary.path + "/fifo"
    #expect(unsafe mkfifo(path, 0o600) == 0)
    let input = try SequentialInput(path: path)
    let sent = bytes
    let writer = try PosixThread {
      let descriptor = unsafe open(path, O_WRONLY)
      var start = 0
      while start < sent.count {
        start += unsafe sent[start...].prefix(10_007).withUnsafeBytes {
          unsafe write(descriptor, $0.baseAddress, $0.count)
        }
      }
      close(descriptor)
    }
    #expect(try all(input) == bytes)
    writer.join()
  }

  @Test func `waiting for a writer that never comes ends when the caller says so`() throws {
    let path = temporary.path + "/fifo"
    #expect(unsafe mkfifo(path, 0o600) == 0)
    var input = try SequentialInput(path: path)
    var asked = 0
    do throws(FileError) {
      _ = try input.next(upTo: 10) {
        asked += 1
        return asked < 2
      }
      Issue.record("nothing came, and it did not end")
    } catch { #expect(error.meaning == .timedOut && asked == 2) }
  }
}

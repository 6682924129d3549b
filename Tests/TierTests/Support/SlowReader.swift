import Glibc
import Synchronization
import TestFiles

/// Takes one request as slowly as it is told, or stops taking it, and answers when it has all.
final class SlowReader {
  struct Unavailable: Error {}

  private let listener: CInt
  let port: UInt16
  private let thread: PosixThread
  private let end = End()

  private final class End: Sendable {
    let hasCome = Atomic(false)

    /// For 10 s at most.
    func wait() {
      for _ in 0..<1_000 where !hasCome.load(ordering: .relaxed) { usleep(10_000) }
    }
  }

  /// - Parameters:
  ///   - bytesPerSecond: at which the request is taken.
  ///   - stopsAfter: nothing more is taken after so many bytes, and nothing is answered.
  init(bytesPerSecond: Int, stopsAfter: Int = .max) throws {
    let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    // What this side's kernel takes without being asked is no part of what is measured.
    var window: CInt = 64 << 10
    let size = socklen_t(MemoryLayout<CInt>.size)
    let isSet = unsafe setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &window, size) == 0
    guard isSet, SlowReader.bind(listener), listen(listener, 4) == 0, let port = SlowReader.port(of: listener) else {
      throw Unavailable()
    }
    self.port = port
    thread = try PosixThread { [end] in
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { return }
      SlowReader.serve(connection, bytesPerSecond, stopsAfter)
      end.wait()
      close(connection)
    }
  }

  func stop() {
    end.hasCome.store(true, ordering: .relaxed)
    shutdown(listener, CInt(SHUT_RDWR))
    thread.join()
    close(listener)
  }

  private static func serve(_ connection: CInt, _ bytesPerSecond: Int, _ limit: Int) {
    let tick = bytesPerSecond / 50
    var head: [UInt8] = []
    var taken = 0
    var length = Int.max
    while taken < min(length, limit) {
      var piece = [UInt8](repeating: 0, count: tick)
      let count = unsafe recv(connection, &piece, tick, 0)
      guard count > 0 else { return }
      taken += count
      usleep(UInt32(1_000_000 * count / bytesPerSecond))
      guard length == .max else { continue }
      head += piece[..<count]
      length = requestLength(head) ?? .max
    }
    guard taken >= length else { return }
    let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)
    _ = unsafe send(connection, answer, answer.count, CInt(MSG_NOSIGNAL))
  }

  /// Of head and body; nil before the head is there.
  private static func requestLength(_ bytes: [UInt8]) -> Int? {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.range(of: "\r\n\r\n") else { return nil }
    let head = text[..<end.lowerBound].lowercased()
    let field = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
    guard let count = field.flatMap({ Int($0.dropFirst("content-length:".count).trimmed) }) else { return nil }
    return text[..<end.upperBound].utf8.count + count
  }

  private static func bind(_ listener: CInt) -> Bool {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe Glibc.bind(listener, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  private static func port(of listener: CInt) -> UInt16? {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = unsafe withUnsafeMutablePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe getsockname(listener, address, &size)
      }
    }
    return code == 0 ? UInt16(bigEndian: address.sin_port) : nil
  }
}

extension StringProtocol {
  fileprivate var trimmed: String { String(drop { $0 == " " }) }

  /// The first occurrence of a few characters.
  fileprivate func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].utf8.starts(with: text.utf8) {
        return start..<(utf8.index(start, offsetBy: text.utf8.count))
      }
      start = utf8.index(after: start)
    }
    return nil
  }
}

import FileIO
import Foundation
import Primitives
import Synchronization
import TestFiles
import Testing

@Suite struct FileLockTests {
  private let temporary: TemporaryDirectory
  private let clock = ManualClock()

  init() throws {
    temporary = try TemporaryDirectory()
  }

  private func acquire(_ sharing: FileLock.Sharing, seconds: Double = 1) throws(FileError) -> FileLock {
    try FileLock.acquire(
      .local("lock"), in: Directory(path: temporary.path), sharing,
      deadline: Deadline(seconds: seconds, from: clock), clock: clock)
  }

  @Test func `waiting ends at the deadline`() throws {
    let holder = try acquire(.exclusive)
    let start = clock.nanoseconds()
    var meaning: FileError.Meaning?
    do throws(FileError) {
      try acquire(.exclusive, seconds: 60).release()
    } catch {
      meaning = error.meaning
    }
    #expect(meaning == .timedOut)
    #expect(clock.nanoseconds() - start == 60_000_000_000)
    try holder.release()
    try acquire(.exclusive, seconds: 0).release()
  }

  /// Between fork and exec a child has every descriptor of its parent.
  @Test func `a lock that is released is free, though a child that is being started has the file open`() throws {
    let holder = try acquire(.exclusive)
    let path = URL(fileURLWithPath: temporary.path).appendingPathComponent("lock").resolvingSymlinksInPath().path
    let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }
    let open = descriptors.filter {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
    }
    let inherited = dup(try #require(open.first))
    defer { close(inherited) }
    try holder.release()
    try acquire(.exclusive, seconds: 0).release()
  }

  @Test func `a lock that goes out of scope is free`() throws {
    do { _ = try acquire(.exclusive) }
    let free = try FileLock.attempt(.local("lock"), in: temporary.open(), .exclusive) != nil
    #expect(free)
  }

  @Test func `those who share do not wait for each other`() throws {
    let first = try acquire(.shared)
    let second = try acquire(.shared)
    #expect(throws: FileError.self) { try acquire(.exclusive).release() }
    try first.release()
    try second.release()
    try acquire(.exclusive).release()
  }

  @Test func `a lock file that was removed or replaced keeps nobody out`() throws {
    let old = try acquire(.exclusive)
    try temporary.open().unlink(.local("lock"))
    let new = try acquire(.exclusive)
    #expect(throws: FileError.self) { try acquire(.exclusive).release() }
    try old.release()
    #expect(throws: FileError.self) { try acquire(.exclusive).release() }
    try new.release()
  }

  @Test func `a lock file that is replaced while it is being locked is not the lock`() throws {
    let path = temporary.path
    let isFirst = Mutex(true)
    let got = try SystemCallHook.during(decide: { call, _ in
      guard call == .lock,
        isFirst.withLock({ first in
          defer { first = false }; return first
        })
      else { return nil }
      try? Directory(path: path).unlink(.local("lock"))
      try? Directory(path: path).write("", to: .local("lock"))
      return nil
    }) { try FileLock.attempt(.local("lock"), in: temporary.open(), .exclusive) != nil }
    #expect(!got)
    try acquire(.exclusive).release()
  }

  @Test func `a link in the place of the lock file is refused`() throws {
    try temporary.open().makeSymbolicLink(.local("lock"), target: Array("/tmp/elsewhere".utf8))
    #expect(throws: FileError.self) { try acquire(.exclusive).release() }
  }

  @Test(.timeLimit(.minutes(1))) func `turns are taken one at a time`() throws {
    let inside = Mutex((now: 0, most: 0, total: 0))
    let threads = try (0..<4).map { _ in
      try PosixThread {
        let clock = SystemClock()
        for _ in 0..<20 {
          guard let directory = try? self.temporary.open() else { return }
          let deadline = Deadline(seconds: 30, from: clock)
          guard
            let lock = try? FileLock.acquire(
              .local("lock"), in: directory, .exclusive, deadline: deadline, clock: clock)
          else { return }
          inside.withLock { inside in
            inside.now += 1
            inside.most = max(inside.most, inside.now)
            inside.total += 1
          }
          inside.withLock { $0.now -= 1 }
          try? lock.release()
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(inside.withLock { $0.total } == 80)
    #expect(inside.withLock { $0.most } == 1)
  }
}

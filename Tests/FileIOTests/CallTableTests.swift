import FileIO
import Glibc
import Primitives
import Synchronization
import TestFiles
import Testing

/// What one process sees of the system calls of another. Here both are one, but not that of the other tests: notes,
/// once taken, are taken for good.
@Suite struct CallTableTests {
  @Test func `a call stands in the table while it is under way, and since when`() async {
    await #expect(processExitsWith: .success) {
      let table = try #require(CallTable())
      table.noteCallsOfThisProcess()
      let before = SystemClock().nanoseconds()
      var seen: CallTable.Standing?
      CallNotes.during(.sync) { seen = table.oldest }
      let standing = try #require(seen)
      #expect(standing.call == .sync)
      #expect(standing.began >= before && standing.began <= SystemClock().nanoseconds())
      #expect(table.oldest == nil)
    }
  }

  @Test func `the call that began first is the oldest, whichever thread makes it`() async {
    await #expect(processExitsWith: .success) {
      let table = try #require(CallTable())
      table.noteCallsOfThisProcess()
      let isOver = Atomic(false)
      let thread = try PosixThread {
        CallNotes.during(.open) { while !isOver.load(ordering: .relaxed) { usleep(1_000) } }
      }
      while table.oldest == nil { usleep(1_000) }
      CallNotes.during(.read) { #expect(table.oldest?.call == .open) }
      isOver.store(true, ordering: .relaxed)
      thread.join()
      CallNotes.during(.read) { #expect(table.oldest?.call == .read) }
    }
  }

  @Test func `the end of a process is a call, too`() async {
    await #expect(processExitsWith: .exitCode(7)) { CallNotes.exit(7) }
    await #expect(processExitsWith: .exitCode(11)) {
      let table = try #require(CallTable())
      table.noteCallsOfThisProcess()
      let child = fork()
      if child == 0 { CallNotes.exit(0) }
      var status: Int32 = 0
      unsafe waitpid(child, &status, 0)
      exit(table.oldest?.call == .close ? 11 : 1)
    }
  }

  @Test func `threads come and go, and each has a place`() async {
    await #expect(processExitsWith: .success) {
      let table = try #require(CallTable())
      table.noteCallsOfThisProcess()
      for _ in 0..<3_000 {
        let isSeen = Atomic(false)
        let thread = try PosixThread {
          CallNotes.during(.map) { isSeen.store(table.oldest != nil, ordering: .relaxed) }
        }
        thread.join()
        let wasSeen = isSeen.load(ordering: .relaxed)
        #expect(wasSeen)
      }
    }
  }

  @Test func `files are read and written a little at a time where somebody watches`() async {
    await #expect(processExitsWith: .success) {
      let table = try #require(CallTable())
      table.noteCallsOfThisProcess()
      let temporary = try TemporaryDirectory()
      let directory = try temporary.open()
      let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let log = CallLog()
      try SystemCallHook.during(decide: { call, path in
        _ = log.note(call, path)
        return nil
      }) {
        let file = try directory.open(.local("file"), for: .newFile(.file))
        try file.write(bytes, at: 0)
        #expect(try file.read(upTo: bytes.count, at: 0) == bytes)
      }
      #expect(log.calls.count { $0.call == .write } == 3)
      #expect(log.calls.count { $0.call == .read } == 3)
    }
  }

  @Test func `the other process sees the same memory, and what is no table is refused`() throws {
    let table = try #require(CallTable())
    let other = try #require(CallTable(descriptor: dup(table.file)))
    #expect(other.oldest == nil && !other.hasResult)
    table.noteResult()
    #expect(other.hasResult)
    let file = unsafe open("/dev/null", O_RDONLY)
    defer { close(file) }
    #expect(CallTable(descriptor: file) == nil)
    #expect(CallTable(descriptor: -1) == nil)
  }
}

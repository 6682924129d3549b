import FileIO
import Foundation
import Testing

@testable import SnapshotEngine

/// A supervisor and the process it watches, for which a script stands in: it writes into the table what a thread would
/// that is in a call.
@Suite struct SupervisorTests {
  /// The first place of the table, and what is said of results.
  private static let began = "1 of=/proc/self/fd/$2 seek=80"
  private static let result = "1 of=/proc/self/fd/$2 seek=0"

  private static func script(_ lines: String) -> String {
    "#!/bin/bash\nnote() { printf '\\001' | dd bs=1 conv=notrunc status=none count=\"$@\"; }\n\(lines)\n"
  }

  private func run(_ lines: String, stall: Double = 0.5, deadline: Double? = nil) throws -> Result<Int32, EngineError> {
    let program = try Program()
    // By another process: what a child of this one still has open for writing cannot be run.
    try program.shell("cat > script <<'END'\n\(SupervisorTests.script(lines))END\nchmod +x script")
    var configuration = EngineConfiguration()
    configuration.mountHelper = .always
    configuration.stallTimeoutSeconds = stall
    configuration.deadlineSeconds = deadline
    let path = program.folder.appendingPathComponent("script").path
    return Result { () throws(EngineError) in
      let supervisor = try Supervisor.start(on: ["tree"], ["verb"], configuration, program: path)
      guard let supervisor else { throw EngineError(.failed, "there is none") }
      return try supervisor.run()
    }
  }

  private func failure(_ result: Result<Int32, EngineError>) throws -> EngineError {
    try #require(throws: EngineError.self) { try result.get() }
  }

  @Test(arguments: [0, 1, 4, 130])
  func `the exit status is handed back`(_ status: Int32) throws {
    #expect(try run("exit \(status)").get() == status)
  }

  @Test func `the verb gets its arguments behind two descriptors`() throws {
    #expect(try run("[ $# = 4 ] && [ $1 = supervised ] && [ $4 = verb ] && [ -S /proc/self/fd/$3 ]").get() == 0)
  }

  @Test func `a call that stands for the stall limit ends the process`() throws {
    let start = ContinuousClock.now
    let error = try failure(try run("note \(SupervisorTests.began); exec sleep 60"))
    #expect(error.code == .tierTimeout)
    #expect(error.message == "tree: nothing moved for 0.5 s (open)")
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test func `beyond the deadline a call may not stand for long`() throws {
    let error = try failure(try run("note \(SupervisorTests.began); exec sleep 60", stall: 1e9, deadline: 1))
    #expect(error.code == .tierTimeout)
    #expect(error.message.contains("the deadline passed"))
  }

  @Test func `without a call the process may take its time`() throws {
    #expect(try run("sleep 1.5; exit 11", stall: 0.2, deadline: 0.2).get() == 11)
  }

  @Test func `a process that hangs once it has made something leaves the outcome open`() throws {
    let lines = "note \(SupervisorTests.result); note \(SupervisorTests.began); exec sleep 60"
    #expect(try failure(try run(lines)).code == .outcomeUnknown)
  }

  @Test func `a process that crashes is a clear error`() throws {
    let error = try failure(try run("kill -SEGV $$"))
    #expect(error.code == .failed)
    #expect(error.message.contains("ended by signal 11"))
  }

  @Test func `a process that lets go and does not end is left`() throws {
    let error = try failure(try run("eval \"exec $3>&-\"; exec sleep 60"))
    #expect(error.code == .tierTimeout)
    #expect(error.message.contains("it does not end"))
  }

  @Test func `a pipe that nobody reads does not keep it from looking`() async {
    await #expect(processExitsWith: .exitCode(9)) {
      var ends: [Int32] = [-1, -1]
      guard unsafe pipe(&ends) == 0 else { exit(1) }
      exit(try SupervisorTests().hangSpeaking(to: ends[1]))
    }
  }

  @Test func `a socket that nobody reads does not keep it from looking`() async {
    await #expect(processExitsWith: .exitCode(9)) {
      var ends: [Int32] = [-1, -1]
      guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { exit(1) }
      exit(try SupervisorTests().hangSpeaking(to: ends[1]))
    }
  }

  /// Of a process that hangs, and says more than a stream has room for.
  private func hangSpeaking(to stream: Int32) throws -> Int32 {
    alarm(30)
    for standard in [STDOUT_FILENO, STDERR_FILENO] { dup2(stream, standard) }
    let much = "head -c 1000000 /dev/zero"
    return try failure(run("\(much) & \(much) >&2 & note \(SupervisorTests.began); exec sleep 60")).exitCode
  }

  @Test func `the status is heard of where children are ignored`() async {
    await #expect(processExitsWith: .exitCode(5)) {
      signal(SIGCHLD, SIG_IGN)
      exit(try SupervisorTests().run("exit 5").get())
    }
  }

  @Test func `what may not hang is not watched`() throws {
    let program = try Program()
    var configuration = EngineConfiguration()
    #expect(try Supervisor.start(on: [program.folder.path], [], configuration) == nil)
    configuration.mountHelper = .never
    #expect(try Supervisor.start(on: ["/"], [], configuration) == nil)
    configuration.mountHelper = .always
    #expect(try Supervisor.start(on: [], [], configuration) == nil)
  }
}

/// When a call has stood for too long.
@Suite struct CallWatchTests {
  private func watch(stall: Double, deadline: Double?) -> CallWatch {
    var configuration = EngineConfiguration()
    configuration.stallTimeoutSeconds = stall
    configuration.deadlineSeconds = deadline
    return CallWatch(configuration, now: 1_000_000_000)
  }

  /// Of somebody who looked just before.
  private func verdict(_ watch: CallWatch, began: UInt64, now: UInt64) -> String? {
    var watch = watch
    for look in stride(from: UInt64(1_000_000_000), to: now, by: 500_000_000) { _ = watch.verdict(nil, now: look) }
    return watch.verdict(CallTable.Standing(.rename, began: began), now: now)
  }

  @Test func `no call is no reason`() {
    var watch = watch(stall: 1, deadline: 1)
    #expect(watch.verdict(nil, now: 100_000_000_000) == nil)
  }

  @Test func `a call counts from its own beginning`() {
    let watch = watch(stall: 30, deadline: nil)
    #expect(verdict(watch, began: 5_000_000_000, now: 34_999_999_999) == nil)
    #expect(verdict(watch, began: 5_000_000_000, now: 35_000_000_000) == "nothing moved for 30 s (rename)")
    #expect(verdict(watch, began: 5_000_000_000, now: 4_000_000_000) == nil)
  }

  @Test func `what passed while nobody could look does not count`() {
    var watch = watch(stall: 2, deadline: nil)
    let standing = CallTable.Standing(.read, began: 1_000_000_000)
    #expect(watch.verdict(standing, now: 1_500_000_000) == nil)
    #expect(watch.verdict(standing, now: 90_000_000_000) == nil)
    for look in 1...3 { #expect(watch.verdict(standing, now: 90_000_000_000 + UInt64(look) * 500_000_000) == nil) }
    #expect(watch.verdict(standing, now: 92_000_000_000) != nil)
  }

  @Test func `beyond the deadline half a second counts, and before it nothing but the stall limit`() {
    let watch = watch(stall: 30, deadline: 3)
    #expect(verdict(watch, began: 1_000_000_000, now: 3_900_000_000) == nil)
    #expect(verdict(watch, began: 3_600_000_000, now: 4_000_000_000) == nil)
    #expect(verdict(watch, began: 3_500_000_000, now: 4_000_000_000)?.contains("deadline") == true)
  }
}

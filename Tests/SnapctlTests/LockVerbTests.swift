import Foundation
import Testing

@Suite struct `Verbs for locks` {
  private static func withRecords() throws -> Program {
    let program = try Program()
    #expect(try program("init", "--catalog", "rocksdb").status == 0)
    let lines = #"{"id":"a","vector":[1,2]}"# + "\n" + #"{"id":"b","vector":[3,4]}"# + "\n"
    #expect(try program("append", "words", "--input", "-", "--producer", "p", input: lines).status == 0)
    return program
  }

  private static let quick = ["SNAPCTL_LOCK_TTL_SECONDS": "1"]

  @Test(arguments: [
    ["lock", "status", "nothing"], ["lock", "break", "nothing"],
  ]) func `a collection that is not there gives 10`(arguments: [String]) throws {
    let run = try `Verbs for locks`.withRecords().run(arguments + ["--json"])
    #expect(run.status == 10)
  }

  @Test(arguments: ["0", "31", "-1", "ten", "nan"])
  func `a time to live that cannot be used is a usage error`(value: String) throws {
    let program = try `Verbs for locks`.withRecords()
    let run = try program("compact", "words", environment: ["SNAPCTL_LOCK_TTL_SECONDS": value])
    #expect(run.status == 2 && run.errors.contains("SNAPCTL_LOCK_TTL_SECONDS"))
  }

  @Test func `a lease that nobody holds is free, and one that is there is shown`() throws {
    let program = try `Verbs for locks`.withRecords()
    let free = try program("lock", "status", "words", "--json", "--exit-code")
    #expect(free.status == 0)
    expect(try free.last("lock"), has: "collection state token fence owner since until beat totals defect")
    #expect(try free.last("lock")["state"] as? String == "free")
    let made = try program("compact", "words", "--json").last("created")
    #expect(made["leaseToken"] as? Int == 1)
    try program.write("garbage", to: "store/leases/words/00000000000000000002")
    let held = try program("lock", "status", "words", "--json", "--exit-code")
    #expect(held.status == 6)
    #expect(try held.last("lock")["state"] as? String == "unreadable")
    #expect(try program("--store", "store", "lock", "status", "words").status == 0)
    let broken = try program("lock", "break", "words", "--json").last("broken")
    #expect(broken["fence"] as? Int == 3)
    #expect(try program("lock", "status", "words", "--exit-code").status == 0)
    let stats = try program("stats", "words", "--json").last("stats")
    let locks = try #require(stats["locks"] as? [String: Any])
    #expect(locks["acquired"] as? Int == 1)
  }

  /// The holder waits for its turn at the catalog — the step before its commit — and is stopped there for longer than
  /// its lease lives.
  @Test func `a holder that slept through a takeover exits with 6, and nothing is doubled`() throws {
    let program = try `Verbs for locks`.withRecords()
    #expect(try program("tag", "words@1", "none").status == 10)
    let catalog = program.folder.appendingPathComponent("store/catalog")
    // Safe: the string is used during the call only.
    let turn = unsafe open(catalog.appendingPathComponent("turn").path, O_RDWR)
    try #require(turn >= 0 && flock(turn, LOCK_EX | LOCK_NB) == 0)
    let sleeper = try program.start(["compact", "words", "--json"], output: "sleeper", environment: Self.quick)
    let manifests = program.folder.appendingPathComponent("store/manifests").path
    try Program.until { (try? FileManager.default.contentsOfDirectory(atPath: manifests).isEmpty) == false }
    usleep(100_000)
    #expect(kill(sleeper.processIdentifier, SIGSTOP) == 0)
    close(turn)
    let successor = try program("compact", "words", "--json", environment: Self.quick)
    #expect(successor.status == 0, "\(successor.errors)")
    let made = try successor.last("created")
    #expect(made["version"] as? Int == 1 && made["records"] as? Int == 2 && made["leaseToken"] as? Int == 2)
    #expect(kill(sleeper.processIdentifier, SIGCONT) == 0)
    sleeper.waitUntilExit()
    let errors = try program.text(of: "sleeper.errors")
    #expect(sleeper.terminationStatus == 6, "\(errors)")
    #expect(try program("list", "words", "--json").objects().count == 2)
    #expect(try program("scan", "words", "--json").objects().count == 3)
    #expect(try program("reconcile", "words").status == 0)
    #expect(try program("verify").status == 0)
    #expect(try program("lock", "status", "words", "--exit-code").status == 0)
  }
}

import Foundation
import Testing

@Suite(.timeLimit(.minutes(3))) struct `A compaction watch` {
  private func watch(_ program: borrowing Program, _ more: String...) throws -> Process {
    try program.start(
      ["compact", "words", "--watch", "--interval", "0.1", "--json"] + more, output: "log",
      environment: ["SNAPCTL_LOCK_TTL_SECONDS": "0.5"])
  }

  private func log(_ program: borrowing Program, _ type: String) throws -> [[String: Any]] {
    try program.text(of: "log").split(separator: "\n").compactMap { line in
      let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return object?["type"] as? String == type ? object : nil
    }
  }

  private func line(_ number: Int) -> String { #"{"id":"w/\#(number)","vector":[\#(number),1]}"# + "\n" }

  @Test func `of what cannot be watched is refused`() throws {
    let program = try Program.withRecords()
    #expect(try program("compact", "words", "--watch", "--messages", "-").status == 2)
    #expect(try program("compact", "words", "--interval", "1").status == 2)
    #expect(try program("compact", "words", "--watch", "--interval", "0").status == 2)
    #expect(try program("compact", "nothing", "--watch").status == 10)
    #expect(try program("compact", "words", "--watch", "--deadline", "0.5").status == 9)
  }

  @Test(arguments: [(SIGTERM, Int32(0)), (SIGINT, Int32(130))])
  func `compacts what comes, leaves the store to others, and ends when it is told to`(
    signal: Int32, status: Int32
  ) throws {
    let program = try Program.withRecords()
    try program.write("tree", to: "tree/a")
    let watch = try watch(program, "--metrics-interval", "0.2")
    try Program.until { try log(program, "created").count == 1 }
    for round in 0..<5 {
      // While it works and while it looks, others append, create and read.
      let appended = try program("append", "words", "--input", "-", "--producer", "p\(round)", input: line(round))
      #expect(appended.status == 0, "\(appended.errors)")
      try program.write("tree \(round)", to: "tree/a")
      #expect(try program("create", "trees", "tree").status == 0)
      try Program.until { try log(program, "created").reduce(0) { $0 + ($1["deltas"] as? Int ?? 0) } == 2 + round }
    }
    kill(watch.processIdentifier, signal)
    watch.waitUntilExit()
    let errors = try program.text(of: "log.errors")
    #expect(watch.terminationStatus == status, "\(errors)")
    let taken = try log(program, "created").flatMap { $0["taken"] as? [[String: Any]] ?? [] }
    #expect(taken.compactMap { $0["producer"] as? String }.sorted() == ["p", "p0", "p1", "p2", "p3", "p4"])
    expect(try #require(taken.first), has: "producer sequence run applied superseded")
    let metrics = try log(program, "metrics")
    #expect(metrics.count > 1)
    let last = try #require(metrics.last)
    expect(
      last,
      has: "collection seconds looks compactions versions deltas applied superseded quarantined conflicts locked"
        + " tierFailures lockWaitSeconds lockHoldSeconds")
    #expect(last["deltas"] as? Int == 6 && last["applied"] as? Int == 8)
    #expect(try program("scan", "words", "--json").last("records")["count"] as? Int == 8)
    #expect(try program("reconcile", "words").status == 0)
    #expect(try program("lock", "status", "words", "--exit-code").status == 0, "the lease was given up")
  }

  /// Another compaction holds the lease, and waits for its turn at the catalog, which the test has.
  @Test func `says who holds the lease, waits, and goes on`() throws {
    let program = try Program.withRecords()
    let turn = unsafe open(program.folder.path + "/store/catalog/turn", O_RDWR)
    try #require(turn >= 0 && flock(turn, LOCK_EX | LOCK_NB) == 0)
    let holder = try program.start(["compact", "words"], output: "holder")
    try Program.until { try program("lock", "status", "words", "--exit-code").status == 6 }
    let watch = try watch(program)
    try Program.until { try program.text(of: "log.errors").contains("holds the lease") }
    #expect(try program.text(of: "log.errors").contains(":\(holder.processIdentifier) holds the lease"))
    close(turn)
    holder.waitUntilExit()
    #expect(try program("append", "words", "--input", "-", "--producer", "q", input: line(1)).status == 0)
    try Program.until { try log(program, "created").count == 1 }
    kill(watch.processIdentifier, SIGTERM)
    watch.waitUntilExit()
    #expect(watch.terminationStatus == 0)
    let lockedOut = try #require(try log(program, "metrics").last?["locked"] as? Int)
    #expect(lockedOut > 0)
  }

  @Test func `told to stop in the middle of a compaction it leaves nothing half-done`() throws {
    let program = try Program.withRecords()
    let turn = unsafe open(program.folder.path + "/store/catalog/turn", O_RDWR)
    try #require(turn >= 0 && flock(turn, LOCK_EX | LOCK_NB) == 0)
    let watch = try watch(program)
    let manifests = program.folder.appendingPathComponent("store/manifests").path
    try Program.until { (try? FileManager.default.contentsOfDirectory(atPath: manifests).isEmpty) == false }
    kill(watch.processIdentifier, SIGTERM)
    Thread.sleep(forTimeInterval: 0.3)
    close(turn)
    watch.waitUntilExit()
    let errors = try program.text(of: "log.errors")
    #expect(watch.terminationStatus == 0, "\(errors)")
    #expect(try program("verify").status == 0)
    #expect(try program("compact", "words").status == 0)
    #expect(try program("scan", "words", "--json").last("records")["count"] as? Int == 3)
    #expect(try program("reconcile", "words").status == 0)
  }
}

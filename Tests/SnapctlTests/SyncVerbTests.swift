import Foundation
import Glibc
import ObjectTier
import Testing

@testable import SnapshotEngine

@Suite(.timeLimit(.minutes(3))) struct `A sync that watches` {
  private func synced(_ program: borrowing Program) throws -> [Int] {
    try program.text(of: "log").split(separator: "\n").compactMap { line in
      let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return object?["type"] as? String == "synced" ? object?["version"] as? Int : nil
    }
  }

  @Test func `of what never moves, and of what is not there, is refused`() throws {
    let program = try Program.withOneVersion()
    #expect(try program("sync", "words@1", "copy", "--watch").status == 2)
    #expect(try program("sync", "words", "copy", "--watch", "--dry-run").status == 2)
    #expect(try program("sync", "words", "copy", "--interval", "1").status == 2)
    for interval in ["0", "-1", "86401", "nan"] {
      #expect(try program("sync", "words", "copy", "--watch", "--interval", interval).status == 2, "\(interval)")
    }
    #expect(try program("sync", "nothing", "copy", "--watch").status == 10)
    #expect(try program("sync", "words", "copy", "--watch", "--deadline", "0.5").status == 9)
    #expect(try program.text(of: "copy/a") == "one\n", "what was synced until then is there")
  }

  @Test(arguments: [SIGTERM, SIGINT]) func `brings every new version, and ends when it is told to`(
    signal: Int32
  ) throws {
    let program = try Program.withOneVersion()
    let watch = try program.start(["sync", "words", "copy", "--watch", "--interval", "0.1", "--json"], output: "log")
    try Program.until { try synced(program) == [1] }
    for version in 2...4 {
      try program.write("version \(version)\n", to: "tree/a")
      #expect(try program("create", "words", "tree").status == 0)
      try Program.until { try synced(program).last == version }
      #expect(try program.text(of: "copy/a") == "version \(version)\n")
    }
    kill(watch.processIdentifier, signal)
    watch.waitUntilExit()
    let errors = try program.text(of: "log.errors")
    #expect(watch.terminationStatus == 130, "\(errors)")
    #expect(try synced(program) == [1, 2, 3, 4])
    #expect(try program("verify", "--local", "copy").status == 0)
  }

  @Test func `looks with one request`() async throws {
    let program = try Program.withOneVersion()
    let engine = try await SnapshotEngine.open("\(program.folder.path)/store")
    var options = WatchOptions()
    options.intervalSeconds = 0.05
    let copy = "\(program.folder.path)/copy"
    let watch = Task { [options] in try await engine.watch("words", to: copy, options: options) { _ in } }
    while !FileManager.default.fileExists(atPath: "\(copy)/a") { try await Task.sleep(for: .milliseconds(5)) }
    try await Task.sleep(for: .milliseconds(200))
    let (before, start) = (engine.wiring.origin.counters.requests, ContinuousClock.now)
    try await Task.sleep(for: .seconds(1))
    let (requests, elapsed) = (engine.wiring.origin.counters.requests - before, ContinuousClock.now - start)
    // Between two looks it rests: there were no more of them, and each asked once.
    #expect(requests > 0 && Double(requests) <= elapsed / .milliseconds(50) + 2, "\(requests) in \(elapsed)")
    watch.cancel()
    switch await watch.result {
    case .failure(let error): #expect((error as? EngineError)?.code == .interrupted, "\(error)")
    }
  }
}

@Suite struct `A directory that sync takes over` {
  @Test func `is refused without a word for it, and then has the version, for little`() throws {
    let program = try Program.withOneVersion()
    try program.shell("head -c 3000000 /dev/urandom > tree/large")
    #expect(try program("create", "words", "tree").status == 0)
    try program.shell(
      "cp -a tree copy; rm -rf copy/.snapctl; echo mine > copy/stranger; echo other > copy/a; rm copy/deep/b")
    let refused = try program("sync", "words", "copy")
    #expect(refused.status == 1 && refused.errors.contains("--adopt"), "\(refused.errors)")
    #expect(try program.text(of: "copy/stranger") == "mine\n")
    let plan = try program("sync", "words", "copy", "--adopt", "--dry-run", "--json").last("plan")
    #expect(plan["files"] as? Int == 2)
    #expect(try program.text(of: "copy/stranger") == "mine\n")
    let adopted = try program("sync", "words", "copy", "--adopt", "--json")
    #expect(adopted.status == 0, "\(adopted.errors)")
    #expect(try #require(try adopted.last("synced")["bytesRead"] as? Int) < 1_000_000, "the large file was there")
    try program.shell("diff -r -x .snapctl tree copy")
    #expect(try program("status", "words", "copy").status == 0)
    #expect(try program("sync", "words@1", "copy").status == 0, "it is a copy like any other now")
  }
}

@Suite struct `Why each byte moves` {
  private func reasons(_ run: Program.Run) throws -> [String: (bytes: Int, reason: String)] {
    let told = try run.objects().filter { $0["type"] as? String == "explanation" }
    return Dictionary(
      uniqueKeysWithValues: told.map {
        ($0["path"] as? String ?? "", ($0["bytes"] as? Int ?? -1, $0["reason"] as? String ?? ""))
      })
  }

  private func changed() throws -> Program {
    let program = try Program.withOneVersion()
    try program.shell("head -c 400000 /dev/urandom > tree/r; cp tree/r tree/moved")
    #expect(try program("create", "words", "tree").status == 0)
    try program.shell(
      "printf xyz | dd of=tree/r bs=1 seek=100000 conv=notrunc 2> /dev/null; mv tree/moved tree/renamed")
    try program.write("new\n", to: "tree/new")
    return program
  }

  @Test func `is said by create, of the files that were stored and no others`() throws {
    let program = try changed()
    let run = try program("create", "words", "tree", "--explain", "--json")
    let told = try reasons(run)
    #expect(told.keys.sorted() == ["new", "r"])
    #expect(told["r"]?.reason.contains("patches of") == true && told["r"]?.reason.contains("are the same") == true)
    #expect(told["new"]?.reason.contains("stored in full") == true && told["new"]?.bytes == 4)
    #expect(try reasons(program("create", "words", "tree", "--explain", "--json")).isEmpty)
  }

  @Test func `is said by sync, and by what it would do`() throws {
    let program = try changed()
    #expect(try program("sync", "words@2", "copy").status == 0)
    #expect(try program("create", "words", "tree").status == 0)
    try program.write("mine\n", to: "copy/a")
    for further in [["--dry-run"], []] {
      let told = try reasons(program.run(["sync", "words@3", "copy", "--explain", "--json"] + further))
      #expect(told.keys.sorted() == ["a", "new", "r", "renamed"], "\(further)")
      #expect(told["r"]?.reason.contains("come as patches") == true && told["r"]?.reason.contains("are kept") == true)
      #expect(told["renamed"]?.reason.contains("copied from another place here") == true)
      #expect(told["a"]?.reason.contains("changed here, which is put back") == true)
      #expect(told["new"]?.reason.contains("are new") == true)
    }
    let people = try program("sync", "words@2", "copy", "--explain")
    #expect(people.output.contains("r: ") && people.status == 0)
  }
}

@Suite struct `A create on a base` {
  @Test func `that is no copy of the collection is refused`() throws {
    let program = try Program.withOneVersion()
    for base in ["tree/deep", "nowhere"] {
      let run = try program("create", "words", "tree", "--base", base)
      #expect(run.status == (base == "nowhere" ? 10 : 2), "\(run.errors)")
    }
    #expect(try program("create", "others", "tree").status == 0)
    #expect(try program("sync", "others", "copy").status == 0)
    #expect(try program("create", "words", "tree", "--base", "copy").status == 2)
    #expect(try program("show", "words", "--json").last("snapshot")["version"] as? Int == 1)
  }

  @Test func `builds on the version of the copy, reads it there, and conflicts with what came since`() throws {
    let program = try Program.withOneVersion()
    try program.shell("mkdir first; head -c 3000000 /dev/urandom > first/r")
    #expect(try program("create", "words", "first", "--append-version").status == 0)
    #expect(try program("sync", "words", "copy").status == 0)
    try program.shell(
      "mkdir second; cp first/r second/r; printf xyz | dd of=second/r bs=1 seek=900000 conv=notrunc 2> /dev/null")
    let created = try program("create", "words", "second", "--base", "copy", "--json").last("created")
    #expect(created["version"] as? Int == 3)
    #expect(try #require(created["bytesStored"] as? Int) < 20_000)
    #expect(try program("diff", "words@2", "words@3", "--json").objects().first?["path"] as? String == "r")
    // The copy is still of version 2: another one on top of it comes too late.
    try program.shell("cp -a second third; rm -rf third/.snapctl; echo more >> third/r")
    let late = try program("create", "words", "third", "--base", "copy")
    #expect(late.status == 5 && late.errors.contains("words@3"), "\(late.errors)")
    #expect(try program("verify").status == 0)
  }
}

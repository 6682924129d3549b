import Foundation
import Primitives
import SnapshotEngine
import Testing

@Suite struct `Holds` {
  @Test func `are shown, moved and released`() throws {
    let program = try Program.withOneVersion()
    let held = try program("hold", "words@1", "--until", "2099-01-31", "--message", "audit", "--json").last("snapshot")
    let holds = try #require(held["holds"] as? [[String: Any]])
    #expect(holds.map { $0["until"] as? String } == ["2099-01-31T00:00:00.000Z"])
    #expect(holds.map { $0["message"] as? String } == ["audit"])
    #expect(try program("hold", "words@1", "--json").last("snapshot")["holds"].map { ($0 as? [Any])?.count } == 2)
    #expect(try program("hold", "words", "--message", "audit").status == 0)
    #expect(try program("show", "words").output.contains("until released (audit)"))
    #expect(try program("list", "words").output.contains("(held 2 times)"))
    #expect(try program("release", "words@1", "--message", "audit").output.contains("1 hold left"))
    #expect(try program("release", "words@1").status == 0)
    let none = try program("release", "words@1")
    #expect(none.status == 10, "\(none.errors)")
    #expect(try program("show", "words", "--json").last("snapshot")["holds"].map { ($0 as? [Any])?.count } == 0)
    #expect(try program("verify").status == 0)
  }

  @Test(arguments: ["2001-01-01", "soon", "2099-13-01", "2099-02-29", "2099-01-01T25:00:00Z", "2099-01-01T10:00:00"])
  func `until no moment to come are refused`(text: String) throws {
    #expect(try Program.withOneVersion()("hold", "words", "--until", text).status == 2)
  }

  @Test(arguments: [
    ("1970-01-01", Int64(0)), ("2000-02-29T12:34:56.789Z", 951_827_696_789), ("1969-12-31T23:59:59.999Z", -1),
    ("2000-02-29 13:34:56.7894+01:00", 951_827_696_789), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ("0000-03-01", -62_162_035_200_000),
  ])
  func `times are read as they are written`(text: String, milliseconds: Int64) {
    #expect(Timestamp(text: text)?.milliseconds == milliseconds)
  }
}

@Suite struct `A fork` {
  @Test func `is what create builds on`() throws {
    let program = try Program.withOneVersion()
    #expect(try program("sync", "words", "copy").status == 0)
    let forked = try program("fork", "copy", "work", "--json").last("forked")
    expect(forked, has: "collection version directory files bytesTotal bytesShared bytesCopied localChanges seconds")
    #expect(forked["version"] as? Int == 1)
    try program.shell(
      "echo two >> work/a; diff -r -x .snapctl copy tree; test $(stat -c %i copy/a) != $(stat -c %i work/a)")
    #expect(try program("create", "words", "work").status == 0)
    #expect(try program("create", "words", "copy").status == 5, "the fork was first")
    #expect(try program("fork", "copy", "work").status == 1, "there is something")
    #expect(try program("fork", "tree/deep", "other").status == 1, "no copy")
    #expect(try program("fork", "copy", "copy/inside").status == 1)
    try program.shell("! ls -a . copy | grep fork")
  }
}

@Suite struct `A plain copy` {
  @Test func `is not patched in place while a reader has pinned it, and goes on to change at once`() async throws {
    let program = try Program.withOneVersion()
    let copy = "\(program.folder.path)/copy"
    #expect(try program("sync", "words", "copy").status == 0)
    try program.write("two\n", to: "tree/a")
    #expect(try program("create", "words", "tree").status == 0)
    let pin = try await SnapshotEngine.pinCopy(copy)
    let mapped = try FileHandle(forReadingFrom: URL(fileURLWithPath: "\(copy)/a"))
    let refused = try program("sync", "words", "copy", "--in-place")
    #expect(refused.status == 6 && refused.errors.contains("pinned by a reader"), "\(refused.errors)")
    #expect(try program.text(of: "copy/a") == "one\n")
    #expect(try program("sync", "words", "copy").status == 0)
    #expect(try program.text(of: "copy/a") == "two\n")
    #expect(try mapped.readToEnd() == Data("one\n".utf8))
    #expect(try program("sync", "words@1", "copy", "--in-place").status == 0, "the pin went with the tree it was on")
    let again = try await SnapshotEngine.pinCopy(copy)
    #expect(try program("sync", "words@2", "copy", "--in-place").status == 6)
    again.release()
    #expect(try program("sync", "words@2", "copy", "--in-place").status == 0)
    pin.release()
    await #expect { _ = try await SnapshotEngine.pinCopy("\(program.folder.path)/tree/deep") } throws: {
      ($0 as? EngineError)?.code == .failed
    }
  }
}

@Suite struct `The golden copy` {
  private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("formats/golden/v1")

  @Test func `is taken for what it is, and not patched in place while its pin is held`() async throws {
    let program = try Program()
    let copy = program.folder.appendingPathComponent("copy")
    try FileManager.default.copyItem(at: Self.golden.appendingPathComponent("copies/pinned"), to: copy)
    try program.shell("chmod 444 copy/segments/*")
    let store = Self.golden.appendingPathComponent("schema").path
    let local = try program("verify", "--local", "copy", "--store", store)
    #expect(local.status == 0, "\(local.output) \(local.errors)")
    let pin = try await SnapshotEngine.pinCopy(copy.path)
    #expect(try program("sync", "clocked@1", "copy", "--in-place", "--store", store).status == 6)
    pin.release()
    #expect(try program("sync", "clocked@1", "copy", "--in-place", "--store", store).status == 0)
    try program.shell("test $(ls copy/segments | wc -l) = 1")
  }
}

@Suite struct `A copy that was changed` {
  @Test func `is left as it is when that is asked for, and every change is listed`() throws {
    let program = try Program.withOneVersion()
    #expect(try program("sync", "words", "copy").status == 0)
    try program.write("mine\n", to: "copy/a")
    try program.write("mine\n", to: "copy/new")
    try program.shell("rm copy/deep/b; chmod 700 copy/deep")
    for further in [[], ["--dry-run"], ["--in-place"]] {
      let run = try program.run(["sync", "words", "copy", "--keep-local", "--json"] + further)
      #expect(run.status == 11, "\(run.errors)")
      let found = try run.objects().filter { $0["type"] as? String == "localChange" }
      let changes = found.map { "\($0["path"] as? String ?? "") \($0["change"] as? String ?? "")" }
      #expect(changes == ["a content", "deep mode", "deep/b removed", "new added"])
    }
    #expect(try program.text(of: "copy/a") == "mine\n")
  }

  @Test func `through a link is changed file by file, and the first line says so`() throws {
    let program = try Program.withOneVersion()
    #expect(try program("sync", "words", "copy").status == 0)
    try program.write("two\n", to: "tree/a")
    #expect(try program("create", "words", "tree").status == 0)
    try program.shell("ln -s copy link")
    let run = try program("sync", "words", "link")
    #expect(run.status == 0)
    let first = try #require(run.errors.split(separator: "\n").first)
    #expect(first.contains("one by one (it is reached through a link)"), "\(run.errors)")
    #expect(try program.text(of: "copy/a") == "two\n")
  }
}

@Suite struct `Generations` {
  @Test func `are pinned by a reader, and evicted when it lets go`() async throws {
    let program = try Program.withOneVersion()
    let copy = "\(program.folder.path)/copy"
    #expect(try program("sync", "words", "copy", "--generations").status == 0)
    let pin = try await SnapshotEngine.pinGeneration(of: copy)
    #expect(pin.version == 1)
    try program.write("two\n", to: "tree/a")
    #expect(try program("create", "words", "tree").status == 0)
    #expect(try program("sync", "words", "copy", "--generations", "--keep", "1").status == 0)
    #expect(try String(contentsOfFile: "\(pin.path)/a", encoding: .utf8) == "one\n")
    #expect(try program.text(of: "copy/current/a") == "two\n")
    let pinned = try program("evict", "copy", "--json").last("evicted")
    expect(pinned, has: "directory removed pinned kept bytesFreed")
    #expect(pinned["pinned"] as? Int == 1)
    pin.release()
    #expect(try program("evict", "copy", "--dry-run", "--json").last("evicted")["removed"] as? Int == 1)
    #expect(FileManager.default.fileExists(atPath: pin.path))
    #expect(try program("evict", "copy", "--json").last("evicted")["removed"] as? Int == 1)
    #expect(!FileManager.default.fileExists(atPath: pin.path))
    #expect(try program("verify", "--local", "copy").status == 0)
    #expect(try program("create", "words", "copy").status == 2, "it is no tree itself")
    #expect(try program("evict", "tree").status == 1)
    await #expect { _ = try await SnapshotEngine.pinGeneration(of: "\(program.folder.path)/tree") } throws: {
      ($0 as? EngineError)?.code == .notFound
    }
  }
}

@Suite struct `A watch` {
  @Test(arguments: [SIGINT, SIGTERM]) func `follows a collection until it is told to stop`(signal: Int32) throws {
    let program = try Program.withOneVersion()
    let watch = try program.start(["sync", "words", "copy", "--watch", "--interval", "0.1", "--json"], output: "log")
    try Program.until { (try? program.text(of: "copy/a")) == "one\n" }
    try program.write("two\n", to: "tree/a")
    #expect(try program("create", "words", "tree").status == 0)
    try Program.until { (try? program.text(of: "copy/a")) == "two\n" }
    // A hold moves the head, and no version: nothing is synced.
    #expect(try program("hold", "words@1").status == 0)
    Thread.sleep(forTimeInterval: 0.5)
    kill(watch.processIdentifier, signal)
    watch.waitUntilExit()
    #expect(watch.terminationStatus == 130)
    let log = try program.text(of: "log").split(separator: "\n")
    #expect(log.count == 3)
    #expect(log.prefix(2).allSatisfy { $0.contains("\"type\":\"synced\"") })
    #expect(log.last?.contains("\"code\":\"interrupted\"") == true)
    #expect(try program("status", "words@2", "copy").status == 0)
  }

  @Test func `of what never moves is refused`() throws {
    let program = try Program.withOneVersion()
    #expect(try program("sync", "words@1", "copy", "--watch").status == 2)
    #expect(try program("sync", "words", "copy", "--interval", "1").status == 2)
    #expect(try program("sync", "words", "copy", "--watch", "--interval", "0").status == 2)
    #expect(try program("sync", "nothing", "copy", "--watch").status == 10)
    #expect(try program("sync", "words", "copy", "--watch", "--deadline", "1").status == 9)
  }
}

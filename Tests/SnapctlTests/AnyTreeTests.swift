import Foundation
import Glibc
import Testing

@Suite struct `create of any tree` {
  @Test func `names what no snapshot can hold, and is no failure`() throws {
    let program = try Program.withOneVersion()
    #expect(unsafe mkfifo("\(program.folder.path)/tree/pipe", 0o600) == 0)
    try program.write("two\n", to: "tree/a")
    let run = try program("create", "words", "tree", "--json")
    #expect(run.status == 0)
    #expect(run.errors.contains("pipe is a fifo"))
    #expect(try run.last("created")["skipped"] as? Int == 1)
    let skipped = try #require(try run.objects().first { $0["type"] as? String == "skipped" })
    #expect(skipped["path"] as? String == "pipe" && skipped["kind"] as? String == "fifo")
    #expect(try program("status", "words", "tree").status == 0)
    #expect(try program("diff", "words", "tree", "--exit-code").status == 0)
  }

  @Test func `reads ignore files, of git's kind and of Docker's`() throws {
    let program = try Program.withOneVersion()
    for path in ["tree/x.log", "tree/deep/x.log", "tree/out/kept", "tree/out/x"] { try program.write("1", to: path) }
    try program.write("*.log\n!deep/*.log\n", to: "tree/.snapignore")
    try program.write("out\n!out/kept\n", to: ".dockerignore")
    try program.write("out\n", to: "rules")
    func paths(_ arguments: String...) throws -> [String] {
      let run = try program.run(["create", "context", "tree", "--append-version"] + arguments)
      #expect(run.status == 0, "\(run.errors)")
      _ = try program("sync", "context", "copy")
      return try FileManager.default.subpathsOfDirectory(atPath: program.folder.appendingPathComponent("copy").path)
        .filter { !$0.hasPrefix(".snapctl") }.sorted()
    }
    let all = [".snapignore", "a", "deep", "deep/b", "deep/x.log"]
    #expect(try paths() == all + ["out", "out/kept", "out/x"])
    #expect(try paths("--ignore-file", "rules") == all)
    #expect(try paths("--ignore-file", ".dockerignore") == all + ["out", "out/kept"])
    #expect(try paths("--exclude", "out/", "--exclude", "!x.log") == all + ["x.log"])
    #expect(try program("create", "context", "tree", "--ignore-file", "nowhere").status == 10)
  }

  @Test func `goes on from a copy whose ignore file leaves something out`() throws {
    let program = try Program.withOneVersion()
    #expect(try program("sync", "words", "copy").status == 0)
    try program.write("*.log\n", to: "copy/.snapignore")
    for round in 2...4 {
      try program.write("\(round)", to: "copy/x.log")
      try program.write("\(round)", to: "copy/a")
      let created = try program("create", "words", "copy", "--json")
      #expect(created.status == 0, "\(created.errors)")
      #expect(try created.last("created")["version"] as? Int == round)
    }
    #expect(try program.text(of: "copy/x.log") == "4")
  }

  @Test func `refuses a ChromaDB directory that was not closed, and says how to take it`() throws {
    let program = try Program.withOneVersion()
    try program.write("SQLite format 3\0", to: "tree/chroma.sqlite3")
    try program.write("a transaction that nobody ended", to: "tree/chroma.sqlite3-journal")
    for verb in [["create", "words", "tree"], ["status", "words", "tree"], ["hash", "tree"]] {
      let run = try program.run(verb)
      #expect(run.status == 1, "\(verb)")
      #expect(run.errors.contains("--allow-live"), "\(verb): \(run.errors)")
    }
    #expect(try program("show", "words", "--json").last("snapshot")["version"] as? Int == 1)
  }

  @Test(arguments: [("SNAPCTL_READ_MAX_ATTEMPTS", "0"), ("SNAPCTL_READ_RETRY_SECONDS", "-1")])
  func `does not guess what a bad number of attempts means`(name: String, value: String) throws {
    let run = try Program()("hash", ".", environment: [name: value])
    #expect(run.status == 2)
    #expect(run.errors.contains(name) && run.errors.contains(value))
  }
}

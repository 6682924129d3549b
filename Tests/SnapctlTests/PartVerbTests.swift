import Foundation
import Primitives
import SnapshotEngine
import SnapshotFormat
import Testing

@Suite struct `A copy of a part` {
  private func versions() throws -> Program {
    let program = try Program.withOneVersion()
    try program.write("[1]", to: "tree/meta.json")
    try program.write("[2]", to: "tree/deep/meta.json")
    #expect(try program("create", "words", "tree").status == 0)
    return program
  }

  private func paths(_ program: borrowing Program, _ directory: String = "copy") throws -> [String] {
    let root = program.folder.appendingPathComponent(directory).resolvingSymlinksInPath().path
    return try FileManager.default.subpathsOfDirectory(atPath: root)
      .filter { !$0.hasPrefix(".snapctl") }.sorted()
  }

  @Test func `is refused where nothing matches, and what makes no pattern is wrong usage`() throws {
    let program = try versions()
    for further in [[], ["--dry-run"], ["--in-place"], ["--generations"]] {
      let run = try program.run(["sync", "words", "copy", "--include", "*.jsn", "--json"] + further)
      #expect(run.status == 10, "\(run.errors)")
      #expect(run.errors.contains("--include '*.jsn'") && run.errors.contains("Nothing was touched"))
      #expect(try run.last("error")["subject"] as? String == "words@2")
    }
    for pattern in ["", "a\nb", String(repeating: "a", count: 1_025)] {
      #expect(try program("sync", "words", "copy", "--include", pattern).status == 2)
    }
    #expect(!FileManager.default.fileExists(atPath: "\(program.folder.path)/copy"))
  }

  @Test func `never makes a version, by whatever way it is asked for`() async throws {
    let program = try versions()
    #expect(try program("sync", "words", "copy", "--include", "*.json").status == 0)
    #expect(try program("fork", "copy", "work").status == 0)
    #expect(try program("sync", "words", "gens", "--include", "*.json", "--generations").status == 0)
    try program.write("[3]", to: "copy/meta.json")
    for directory in ["copy", "work", "gens/current/", "gens"] {
      for further in [[], ["--append-version"], ["--expect", "2"], ["--include", "*.json"]] {
        let run = try program.run(["create", "words", directory] + further)
        #expect(run.status == 2, "\(directory) \(further): \(run.errors)")
        #expect(directory == "gens" || run.errors.contains("--include '*.json'"), "\(run.errors)")
      }
    }
    #expect(try program("create", "words", "copy").errors.contains("snapctl sync words@2 copy --include '**'"))
    #expect(try program("show", "words", "--json").last("snapshot")["version"] as? Int == 2)
    let engine = try await SnapshotEngine.open("\(program.folder.path)/store")
    await #expect { try await engine.create("words", from: "\(program.folder.path)/work") } throws: {
      ($0 as? EngineError)?.code == .usage
    }
    // Of another collection nothing was left out; and it serves as a base for what is whole.
    #expect(try program("create", "other", "work").status == 0)
    try program.write("three", to: "tree/a")
    #expect(try program("create", "words", "tree", "--base", "copy").status == 0)
    #expect(try program("sync", "words", "copy", "--include", "**").status == 0)
    try program.write("[4]", to: "copy/meta.json")
    #expect(try program("create", "words", "copy").status == 0)
    #expect(try program("diff", "words@3", "words@4", "--json").last("differences")["count"] as? Int == 1)
  }

  @Test func `makes no version either when what it remembers is damaged, or a sync was killed on the way`() throws {
    let program = try versions()
    #expect(try program("sync", "words", "copy", "--include", "*.json").status == 0)
    try program.shell("for pages in copy/.snapctl/pages-*; do printf x | dd of=$pages bs=1 seek=200 conv=notrunc; done")
    for further in [[], ["--append-version"], ["--expect", "2"]] {
      let run = try program.run(["create", "words", "copy"] + further)
      #expect(run.status == 2 && run.errors.contains("holds a part of words@2"), "\(run.errors)")
    }
    #expect(try program("sync", "words", "whole").status == 0)
    try program.write("*.json\n", to: "whole/.snapctl/PART")
    #expect(try program("create", "words", "whole").status == 2)
    #expect(try program("sync", "words", "whole", "--include", "**").status == 0)
    try program.write("more", to: "whole/a")
    #expect(try program("sync", "words", "whole").status == 0)
    try program.write("more", to: "whole/a")
    #expect(try program("create", "words", "whole").status == 0)
  }

  @Test func `that was left half patched makes no version, until the sync is finished`() throws {
    let program = try versions()
    #expect(try program("sync", "words@1", "half").status == 0)
    let path = program.folder.appendingPathComponent("half/.snapctl/state")
    let bytes = [UInt8](try Data(contentsOf: path))
    var state = try CopyState(decoding: bytes.rawSpan)
    state.inPlace = state.version
    try Data(state.encoded().bytes).write(to: path)
    for further in [[], ["--append-version"], ["--expect", "1"]] {
      let run = try program.run(["create", "words", "half"] + further)
      #expect(run.status == 2 && run.errors.contains("snapctl sync words@1 half --in-place"), "\(run.errors)")
    }
    #expect(try program("create", "others", "half").status == 2, "it may have been on its way to others")
    #expect(try program("sync", "words", "half", "--in-place").status == 0)
    #expect(try program("create", "words", "half").status == 0)
  }

  @Test func `is kept to and told of, from verb to verb`() throws {
    let program = try versions()
    let dry = try program("sync", "words@1", "copy", "--include", "deep/", "--dry-run", "--json").last("plan")
    #expect(dry["include"] as? [String] == ["deep/"] && dry["files"] as? Int == 1)
    #expect(!FileManager.default.fileExists(atPath: "\(program.folder.path)/copy"))
    let first = try program("sync", "words@1", "copy", "--include", "deep/", "--json")
    #expect(try first.last("synced")["include"] as? [String] == ["deep/"])
    #expect(first.errors.hasPrefix("words@1 (--include 'deep/') → copy"), "\(first.errors)")
    let second = try program("sync", "words", "copy")
    #expect(second.errors.hasPrefix("words@2 (the part it holds: --include 'deep/') → copy"), "\(second.errors)")
    #expect(try paths(program) == ["deep", "deep/b", "deep/meta.json"])
    for version in ["words", "words@2"] {
      let status = try program("status", version, "copy")
      #expect(status.status == 0 && status.output.contains("is the same as that part of words@2"), "\(status.output)")
    }
    #expect(try program("status", "words@1", "copy").status == 11)
    #expect(try program("status", "words", "tree/deep").status == 11, "no copy, so all of it is meant")
    #expect(try program("verify", "--local", "copy").status == 0)
    #expect(try program("inspect", "copy/.snapctl/state").output.contains("deep/"))
    let same = try program("diff", "words", "copy", "--exit-code")
    #expect(same.status == 0 && same.errors.contains("--include 'deep/'"), "\(same.errors)")
    try program.write("stranger", to: "copy/deep/new")
    try program.write("stranger", to: "copy/a")
    let verified = try program("verify", "--local", "copy")
    #expect(verified.status == 4 && verified.errors.contains("a part of its version: --include 'deep/'"))
    let diff = try program("diff", "words", "copy", "--exit-code", "--json")
    #expect(diff.status == 11)
    #expect(try diff.objects().compactMap { $0["path"] as? String } == ["a", "deep/new"])
    #expect(try program("sync", "words", "copy", "--keep-local").status == 11)
    #expect(try program("sync", "words", "copy", "--json").last("synced")["localChangesReverted"] as? Int == 2)
  }

  @Test func `that came to nothing is told of alike by every verb that compares`() throws {
    let program = try versions()
    #expect(try program("sync", "words@2", "copy", "--include", "meta.json", "--include", "kept.json").status == 0)
    try program.shell("find tree -name meta.json -delete")
    #expect(try program("create", "words", "tree", "--append-version").status == 0)
    #expect(try program("sync", "words", "copy").status == 0)
    #expect(try paths(program) == [])
    func statuses(_ version: String) throws -> [Int32] {
      [
        try program("status", version, "copy").status, try program("diff", version, "copy", "--exit-code").status,
        try program("verify", "--local", "copy").status,
      ]
    }
    #expect(try statuses("words@3") == [0, 0, 0])
    #expect(try statuses("words@2") == [11, 11, 0])
    try program.write("stranger", to: "copy/new")
    #expect(try statuses("words@3") == [11, 11, 4])
    #expect(try program("status", "words", "copy").output.contains("that part of words@3 (--include 'meta.json'"))
    #expect(try program("sync", "words", "copy").status == 0)
    #expect(try statuses("words") == [0, 0, 0])
  }

  @Test func `moves with its patterns, in every style`() throws {
    let program = try versions()
    for style in [[], ["--in-place"], ["--generations"]] {
      let tree = style == ["--generations"] ? "copy/current/" : "copy"
      for (patterns, expected) in [
        (["--include", "*.json"], ["deep", "deep/meta.json", "meta.json"]),
        (["--include", "/meta.json", "--include", "/a"], ["a", "meta.json"]), ([], ["a", "meta.json"]),
        (["--include", "**"], ["a", "deep", "deep/b", "deep/meta.json", "meta.json"]),
      ] {
        let run = try program.run(["sync", "words", "copy"] + style + patterns)
        #expect(run.status == 0, "\(run.errors)")
        #expect(try paths(program, tree) == expected, "\(style) \(patterns)")
        #expect(try program("status", "words", tree).status == 0, "\(style) \(patterns)")
      }
      try program.shell("rm -rf copy")
    }
  }

  @Test func `is what the library brings as well`() async throws {
    let program = try versions()
    let copy = "\(program.folder.path)/copy"
    let engine = try await SnapshotEngine.open("\(program.folder.path)/store")
    await #expect { try await engine.sync("words", to: copy, including: []) } throws: {
      ($0 as? EngineError)?.code == .usage
    }
    let forecast = try await engine.planSync("words", to: copy, including: ["*.json"])
    #expect(forecast.includes == ["*.json"] && !forecast.keepsPart && forecast.files == 2)
    let synced = try await engine.sync("words", to: copy, including: ["*.json"])
    #expect(synced.includes == ["*.json"] && synced.bytesTotal == 6)
    #expect(try await engine.planSync("words@1", to: copy).keepsPart)
    let status = try await engine.status(of: copy, comparedTo: "words")
    #expect(status.isSame && status.includes == ["*.json"])
    #expect(try await engine.sync("words", to: copy, including: ["**"]).includes == nil)
  }

  @Test func `is what a directory becomes that is taken over`() throws {
    let program = try versions()
    try program.shell("cp -a tree copy; rm -rf copy/.snapctl")
    #expect(try program("sync", "words", "copy", "--include", "*.json").status == 1)
    #expect(try program("sync", "words", "copy", "--include", "*.json", "--adopt").status == 0)
    #expect(try paths(program) == ["deep", "deep/meta.json", "meta.json"])
  }

  @Test func `is followed by a watch, also where a version has nothing of it`() throws {
    let program = try versions()
    let watch = try program.start(
      ["sync", "words", "copy", "--include", "meta.json", "--watch", "--interval", "0.1", "--json"], output: "watched")
    defer { watch.terminate() }
    let folder = program.folder
    func versionsSeen() throws -> [Int] {
      try String(decoding: Data(contentsOf: folder.appendingPathComponent("watched")), as: UTF8.self)
        .split(separator: "\n").compactMap {
          (try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])?["version"] as? Int
        }
    }
    try Program.until { try versionsSeen() == [2] }
    try program.shell("rm tree/meta.json tree/deep/meta.json")
    #expect(try program("create", "words", "tree").status == 0)
    try Program.until { try versionsSeen() == [2, 3] }
    #expect(try paths(program) == [])
    try program.write("[5]", to: "tree/deep/meta.json")
    #expect(try program("create", "words", "tree").status == 0)
    try Program.until { try versionsSeen() == [2, 3, 4] }
    #expect(try paths(program) == ["deep", "deep/meta.json"])
  }

  @Test func `serves reads of records with what it has of the segments`() async throws {
    let program = try Program()
    #expect(try program("init").status == 0)
    for round in 1...2 {
      let lines = (0..<20).map { "{\"id\":\"r\(round)-\($0)\",\"vector\":[\($0),1]}\n" }.joined()
      try program.write(lines, to: "records.jsonl")
      #expect(try program("append", "vectors", "--input", "records.jsonl", "--producer", "p").status == 0)
      #expect(try program("compact", "vectors").status == 0)
    }
    #expect(try program("sync", "vectors", "whole").status == 0)
    let segments = try FileManager.default.contentsOfDirectory(atPath: "\(program.folder.path)/whole/segments")
    try #require(!segments.isEmpty)
    #expect(try program("sync", "vectors", "copy", "--include", segments[0]).status == 0)
    #expect(try program("status", "vectors", "copy").status == 0)
    let engine = try await SnapshotEngine.open("\(program.folder.path)/store")
    let snapshot = try await engine.vectors("vectors@2", copy: "\(program.folder.path)/copy")
    for id in ["r1-3", "r2-3"] { #expect(try snapshot.record(id) != nil, "\(id)") }
  }
}

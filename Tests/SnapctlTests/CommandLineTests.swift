import Foundation
import Testing

@Suite struct `Command line` {
  @Test func `each verb's help has an example`() throws {
    let list = try #require(try Program()("--help").output.components(separatedBy: "SUBCOMMANDS:\n").last)
    let verbs = list.split(separator: "\n").compactMap { line -> String? in
      guard line.hasPrefix("  "), line.dropFirst(2).first?.isLowercase == true else { return nil }
      return line.split(whereSeparator: { $0 == " " || $0 == "," }).first.map { String($0) }
    }
    #expect(verbs.count > 30 && verbs.contains("sync") && verbs.contains("reconcile"), "\(verbs)")
    for verb in verbs {
      let run = try Program()(verb, "--help")
      #expect(run.status == 0 && run.errors.isEmpty, "\(verb)")
      #expect(run.output.contains("Example:") && run.output.contains("  snapctl \(verb)"), "\(verb)")
    }
  }

  @Test func `global options may stand before the verb`() throws {
    let program = try Program.withOneVersion()
    let run = try program("--json", "--store", "store", "show", "words", environment: ["SNAPCTL_STORE": "nowhere"])
    #expect(run.status == 0)
    #expect(try run.last("snapshot")["version"] as? Int == 1)
  }

  @Test(arguments: [
    ("SNAPCTL_MODE", "sideways"), ("SNAPCTL_STALL_TIMEOUT_SECONDS", "soon"), ("SNAPCTL_DEADLINE_SECONDS", "-1"),
    ("SNAPCTL_LOCK_TIMEOUT_SECONDS", "0"), ("SNAPCTL_LOCK_MAX_ATTEMPTS", "many"),
    ("SNAPCTL_LOCK_BASE_BACKOFF_SECONDS", "nan"), ("SNAPCTL_LOCK_JITTER_FACTOR", "-0.5"),
  ])
  func `a bad value in the environment is a usage error that names it`(name: String, value: String) throws {
    let run = try Program()("hash", ".", environment: [name: value])
    #expect(run.status == 2)
    #expect(run.errors.contains(name) && run.errors.contains(value))
  }

  @Test func `arguments the wrong way round get a hint`() throws {
    let program = try Program.withOneVersion()
    let sync = try program("sync", "./tree", "words")
    #expect(sync.status == 2)
    #expect(sync.errors.contains("did you mean `create`?"))
    let create = try program("create", "./tree", "words")
    #expect(create.status == 2)
    #expect(create.errors.contains("did you mean `snapctl create words ./tree`"))
  }

  @Test func `a store may be named by a file address`() throws {
    let program = try Program.withOneVersion()
    let run = try program("show", "words", "--store", "file://\(program.folder.path)/store")
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test func `hostile names are printed safely, and kept as they are`() throws {
    let program = try Program.withOneVersion()
    let name = "evil\u{1B}[31m\u{202E}name"
    try program.write("x", to: "tree/\(name)")
    #expect(try program("create", "words", "tree", "--message", "\u{1B}]0;title\u{07}").status == 0)
    for arguments in [
      ["diff", "words@1", "words@2"], ["list", "words"], ["show", "words"], ["show", "words", "--json"],
    ] {
      let run = try program.run(arguments)
      #expect(run.status == 0)
      #expect(
        !run.output.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control }, "\(arguments)")
    }
    #expect(try program("sync", "words", "copy").status == 0)
    #expect(try program.text(of: "copy/\(name)") == "x")
  }

  @Test func `quiet prints nothing but results`() throws {
    let program = try Program.withOneVersion()
    let run = try program("verify", "--quiet")
    #expect(run.errors.isEmpty)
    #expect(run.output.hasPrefix("sound: "))
  }

  @Test func `a reader that goes away does no harm`() throws {
    let program = try Program.withOneVersion()
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/bash")
    let cat = "'\(Program.location.path)' cat words deep/b"
    shell.arguments = ["-c", "\(cat) | head -c 5 > head; echo ${PIPESTATUS[0]} > status"]
    shell.currentDirectoryURL = program.folder
    shell.environment = ["SNAPCTL_STORE": "store", "PATH": "/usr/bin:/bin"]
    try shell.run()
    shell.waitUntilExit()
    #expect(try program.text(of: "head") == "line ")
    #expect(try program.text(of: "status") == "0\n")
  }

  @Test func `inspect decodes every object of a store`() throws {
    let program = try Program.withOneVersion()
    let root = program.folder.appendingPathComponent("store").path
    let objects = try FileManager.default.subpathsOfDirectory(atPath: root).filter { path in
      ["store", "heads/", "packs/", "manifests/"].contains { path.hasPrefix($0) }
        && !FileManager.default.isDirectory("\(root)/\(path)")
    }
    #expect(objects.count >= 5)
    for path in objects {
      let run = try program("inspect", "store/\(path)", "--json")
      #expect(run.status == 0, "\(path): \(run.errors)")
      expect(try run.last("object"), has: "objectType objectBytes writer")
    }
  }
}

extension FileManager {
  fileprivate func isDirectory(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    // Safe: the pointer is used during the call only.
    return unsafe fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
  }
}

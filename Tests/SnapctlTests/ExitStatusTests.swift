import Foundation
import Testing

@Suite struct `Exit statuses` {
  @Test func `an unknown verb, option or missing argument is a usage error`() throws {
    let program = try Program()
    for arguments in [["frobnicate"], ["list", "--frobnicate"], ["create", "words"], ["list", "--progress", "loud"]] {
      #expect(try program.run(arguments).status == 2, "\(arguments)")
    }
  }

  @Test func `without a store named anywhere the command is wrong`() throws {
    let run = try Program()("list", environment: ["SNAPCTL_STORE": ""])
    #expect(run.status == 2)
    #expect(run.errors.contains("SNAPCTL_STORE"))
  }

  @Test(arguments: [
    ["list", "nope"], ["show", "words@9"], ["show", "words@nope"], ["cat", "words", "nope"], ["sync", "nope", "copy"],
    ["intents", "nope"], ["untag", "words", "nope"], ["tag", "words@9", "t"], ["verify", "nope"],
    ["diff", "words@1", "words@9"],
  ])
  func `what is not there gives 10`(arguments: [String]) throws {
    let run = try Program.withOneVersion().run(arguments)
    #expect(run.status == 10, "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test func `a store that is not there gives 10, and the way to make one`() throws {
    let run = try Program()("list")
    #expect(run.status == 10)
    #expect(run.errors.contains("snapctl init"))
  }

  @Test func `a version made meanwhile is a conflict, and nothing is published`() throws {
    let program = try Program.withOneVersion()
    try program.write("two\n", to: "other/a")
    let run = try program("create", "words", "other", "--expect", "0", "--json")
    #expect(run.status == 5)
    #expect(try run.last("error")["code"] as? String == "conflict")
    #expect(try program("list", "words", "--json").last("listed")["versions"] as? Int == 1)
    #expect(try program("create", "words", "other", "--append-version").status == 0)
  }

  @Test func `a copy that forgot its version builds on nothing that was not said`() throws {
    let program = try Program.withOneVersion()
    try program.write("two\n", to: "tree/a")
    try program.write("forgotten", to: "tree/.snapctl/state")
    let run = try program("create", "words", "tree")
    #expect(run.status == 1)
    #expect(run.errors.contains("--expect"))
    #expect(try program("list", "words", "--json").last("listed")["versions"] as? Int == 1)
    #expect(try program("create", "words", "tree", "--expect", "1").status == 0)
  }

  @Test func `status and diff tell a difference by 11`() throws {
    let program = try Program.withOneVersion()
    #expect(try program("status", "words", "tree").status == 0)
    try program.write("two\n", to: "tree/a")
    #expect(try program("status", "words", "tree").status == 11)
    let diff = try program("diff", "words", "tree", "--json")
    #expect(diff.status == 0)
    #expect(try diff.objects().first?["chunksChanged"] as? Int == 1)
    #expect(try program("diff", "words", "tree", "--exit-code").status == 11)
  }

  @Test func `damage is named and gives 4, and is not served`() throws {
    let program = try Program.withOneVersion()
    try program.flipOneBit(below: "store/packs")
    let run = try program("verify", "--json")
    #expect(run.status == 4)
    let damage = try #require(try run.objects().first)
    expect(damage, has: "type tier object kind chunk offset files collections reason")
    #expect((damage["object"] as? String)?.hasPrefix("packs/") == true)
    #expect(try program("sync", "words", "copy").status == 4)
    #expect(!FileManager.default.fileExists(atPath: program.folder.appendingPathComponent("copy/deep/b").path))
  }

  @Test func `an interrupt ends the program with 130, a sentence, and no version`() throws {
    let program = try Program.withOneVersion()
    try program.write("{}\n", to: "lines")
    let run = try program.interrupted("append words --input fifo --json", when: "-p fifo")
    #expect(run.contains("130\n"))
    #expect(run.contains("interrupted"))
    #expect(try program("verify").status == 0)
  }
}

extension Program {
  /// Flips a bit in the middle of the first file found.
  func flipOneBit(below path: String) throws {
    let root = folder.appendingPathComponent(path)
    let files = try FileManager.default.subpathsOfDirectory(atPath: root.path).sorted()
    let file = try #require(files.map { root.appendingPathComponent($0) }.first { !$0.hasDirectoryPath && $0.isFile })
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
    var data = try Data(contentsOf: file)
    data[data.count / 2] ^= 1
    try data.write(to: file)
  }

  /// Runs a command that waits for a pipe nobody writes to, and interrupts it. Gives what it printed, and its status.
  func interrupted(_ command: String, when condition: String) throws -> String {
    let script = """
      set -m; mkfifo fifo; exec 9<>fifo; '\(Program.location.path)' \(command) >out 2>err & \
      sleep 0.5; test \(condition) && kill -INT $!; wait $!; echo $? >status; cat out err status
      """
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/bash")
    shell.arguments = ["-c", script]
    shell.currentDirectoryURL = folder
    shell.environment = ["SNAPCTL_STORE": "store", "HOME": folder.path, "PATH": "/usr/bin:/bin"]
    let output = Pipe()
    shell.standardOutput = output
    shell.standardError = FileHandle.nullDevice
    try shell.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    shell.waitUntilExit()
    return text
  }
}

extension URL {
  fileprivate var isFile: Bool {
    var isDirectory: ObjCBool = false
    // Safe: the pointer is used during the call only.
    return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
  }
}

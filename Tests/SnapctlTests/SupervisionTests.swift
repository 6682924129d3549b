import Foundation
import Testing

/// `snapctl` that has another process do its work, as it does where a directory lies on a network mount.
@Suite struct SupervisionTests {
  private static let always = ["SNAPCTL_MOUNT_HELPER": "always"]

  /// What is the same, whoever does the work: how it ends, and what it says, but for how long it took; and for requests
  /// to the store, of which some are made at once where a helper answers them.
  private func told(_ run: Program.Run) -> String {
    let varies = /"seconds":[0-9.e-]+|in [0-9.]+ m?s|[0-9-]+T[0-9:.]+Z|"requests":[0-9]+|[0-9]+ requests/
    let said = (run.output + run.errors).replacing(varies, with: "")
    return "\(run.status)\n" + said.split(separator: "\n").sorted().joined(separator: "\n")
  }

  /// Each with what it leaves behind.
  private static let stories: [[String]] = [
    ["create words tree", "create words tree --json", "create new changed", "create words none"],
    ["sync words copy --json", "sync words copy --in-place", "sync words@9 copy", "sync words changed"],
    ["sync words copy", "sync words@1 copy --in-place --json", "verify --local copy", "status words changed"],
    ["sync words gens --generations", "evict gens", "evict tree"],
    ["sync words copy", "fork copy work --json", "fork copy work", "create words work"],
    ["export words -o words.tar --json", "export words -o none/words.tar", "export words@1 -o -", "hash tree"],
    ["diff words tree --exit-code", "diff words changed --exit-code", "diff words@1 words@1", "inspect tree/a"],
    ["search vectors --vector query --json", "append vectors --input lines", "append vectors --input none"],
    ["evict --cache cache --max-bytes 0", "sync words copy --cache cache", "evict --cache cache --max-bytes 0"],
    ["create words", "sync words copy --keep 0", "create tree words"],
  ]

  private static func prepared() throws -> Program {
    let program = try Program.withOneVersion()
    try program.write("{\"id\":\"a\",\"vector\":[1,2]}\n", to: "lines")
    try program.write("[1, 2]", to: "query")
    #expect(try program("append", "vectors", "--input", "lines").status == 0)
    try program.shell("mkdir cache; cp -r tree changed; rm -r changed/.snapctl; echo more >> changed/a")
    return program
  }

  @Test(arguments: stories)
  func `whoever does the work, it comes to the same`(_ story: [String]) throws {
    let direct = try SupervisionTests.prepared()
    let supervised = try Program()
    try supervised.shell("cp -a \(direct.folder.path)/. .")
    for line in story {
      let arguments = line.split(separator: " ").map(String.init)
      let wanted = told(try direct.run(arguments))
      #expect(told(try supervised.run(arguments, environment: SupervisionTests.always)) == wanted, "\(line)")
    }
    for path in ["copy", "work", "gens", "words.tar"] {
      let (mine, other) = (direct.folder.appendingPathComponent(path), supervised.folder.appendingPathComponent(path))
      try direct.shell("[ ! -e \(path) ] || diff -r --exclude .snapctl \(mine.path) \(other.path)")
    }
  }

  @Test func `what comes on the standard input, or by a descriptor, is read`() throws {
    let program = try Program.withRecords()
    let line = "{\"id\":\"z\",\"vector\":[1,2]}\n"
    let run = try program("append", "words", "--input", "-", environment: SupervisionTests.always, input: line)
    #expect(run.status == 0, "\(run.errors)")
    try program.shell(
      """
      export SNAPCTL_STORE=store HOME=$PWD SNAPCTL_MOUNT_HELPER=always
      \(Program.location.path) search words --vector <(echo '[1, 2]') --json | grep -q '"id":"z"'
      """)
  }

  @Test func `a pipe that nobody reads any more ends the work`() throws {
    let program = try Program.withOneVersion()
    try program.shell(
      """
      export SNAPCTL_STORE=store HOME=$PWD SNAPCTL_MOUNT_HELPER=always
      head -c 8000000 /dev/urandom > tree/large
      \(Program.location.path) create words tree
      \(Program.location.path) diff words@1 tree > direct
      \(Program.location.path) diff words@1 tree | cat > piped
      cmp direct piped
      \(Program.location.path) export words -o - > direct
      \(Program.location.path) export words -o - | { sleep 2; cat; } > piped
      cmp direct piped
      timeout 60 \(Program.location.path) export words -o - < tree/a | head -c 1 > byte
      """)
  }

  @Test func `the process that works is no verb, and does nothing for whoever does not watch it`() throws {
    let program = try Program()
    #expect(try !program("help").output.contains("supervised"))
    for arguments in [["supervised"], ["supervised", "0", "1", "list"], ["supervised", "x"]] {
      let run = try program.run(arguments)
      #expect(run.status == 2)
      #expect(run.errors.contains("starts itself with"))
    }
  }

  @Test func `the process that works ends when the one that watches is killed`() throws {
    let program = try Program.withOneVersion()
    let following = try follow(program)
    let worker = try worker(of: following.processIdentifier)
    kill(following.processIdentifier, SIGKILL)
    following.waitUntilExit()
    try Program.until { kill(worker, 0) != 0 }
  }

  @Test func `a process that is killed at its work is a clear error`() throws {
    let program = try Program.withOneVersion()
    let following = try follow(program)
    kill(try worker(of: following.processIdentifier), SIGKILL)
    following.waitUntilExit()
    #expect(following.terminationStatus == 1)
    #expect(try program.text(of: "followed.errors").contains("was ended by signal 9"))
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `a signal is passed on`(_ signal: Int32) throws {
    let program = try Program.withOneVersion()
    let following = try follow(program)
    kill(following.processIdentifier, signal)
    following.waitUntilExit()
    #expect(following.terminationStatus == 130)
    let errors = try program.text(of: "followed.errors")
    #expect(errors.components(separatedBy: "interrupted, stopping").count == 2)
  }

  /// Starts a sync that goes on, and waits until it has synced.
  private func follow(_ program: borrowing Program) throws -> Process {
    let arguments = ["sync", "words", "copy", "--watch", "--interval", "0.1"]
    let following = try program.start(arguments, output: "followed", environment: SupervisionTests.always)
    try Program.until { try program.text(of: "followed").contains("copy") }
    return following
  }

  /// The child that works for a process.
  private func worker(of process: Int32) throws -> Int32 {
    let processes = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }
    let children = processes.filter { child in
      let status = try? String(contentsOfFile: "/proc/\(child)/status", encoding: .utf8)
      let command = try? String(contentsOfFile: "/proc/\(child)/cmdline", encoding: .utf8)
      return status?.contains("PPid:\t\(process)\n") == true && command?.contains("supervised") == true
    }
    return try #require(children.first)
  }

  @Test(arguments: [
    "create words tree", "sync words tree", "sync words tree --in-place", "status words tree", "hash tree",
    "verify --local tree", "fork tree work", "fork copy tree", "diff words tree", "evict tree",
    "export words -o tree/t",
  ])
  func `a directory whose mount has gone is refused`(_ line: String) throws {
    let program = try Program.withOneVersion()
    try program.shell(
      """
      mkdir -p state/mounts
      name=$(printf %s "$PWD/tree" | sha256sum | cut -d ' ' -f 1)
      printf 'fuse.sshfs\nhost:/export\n/mnt\n' > "state/mounts/$name"
      """)
    #expect(try program("sync", "words", "copy").status == 0)
    let state = ["SNAPCTL_STATE_DIR": "state"]
    let run = try program.run(line.split(separator: " ").map(String.init), environment: state)
    #expect(run.status == 9, "\(run.errors)")
    #expect(run.errors.contains("tree: the mount has gone: fuse.sshfs of host:/export at /mnt"))
    #expect(try program("list", environment: state).status == 0)
  }
}

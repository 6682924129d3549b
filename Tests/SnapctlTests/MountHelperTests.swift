import Foundation
import Testing

/// `snapctl` that has a helper process touch its directories, as it does of itself on a network mount.
@Suite struct MountHelperTests {
  private let always = ["SNAPCTL_MOUNT_HELPER": "always"]

  @Test func `a value that means nothing is refused`() throws {
    let program = try Program.withOneVersion()
    let run = try program("list", environment: ["SNAPCTL_MOUNT_HELPER": "sometimes"])
    #expect(run.status == 2)
    #expect(run.errors.contains("SNAPCTL_MOUNT_HELPER is \"sometimes\""))
  }

  @Test func `the helper is no verb, and does nothing for whoever is not its engine`() throws {
    let program = try Program()
    #expect(try !program("help").output.contains("serve-mount"))
    let run = try program("serve-mount", "/tmp")
    #expect(run.status == 2)
    #expect(run.errors.contains("starts itself with"))
  }

  @Test func `a helper that is none is a clear error`() throws {
    let program = try Program.withOneVersion()
    let run = try program("list", environment: always.merging(["SNAPCTL_HELPER": "/bin/true"]) { $1 })
    #expect(run.status == 1)
    #expect(run.errors.contains("before it took up its work"))
  }

  @Test(arguments: [["--stall-timeout", "0.5"], ["--deadline", "0.5"]])
  func `a helper that says nothing costs the limit, and then the program ends`(_ limit: [String]) throws {
    let program = try Program.withOneVersion()
    try program.write("#!/bin/sh\nexec sleep 50\n", to: "silent")
    try program.shell("chmod +x silent")
    let start = ContinuousClock.now
    let silent = ["SNAPCTL_HELPER": program.folder.appendingPathComponent("silent").path]
    let run = try program.run(["list"] + limit, environment: always.merging(silent) { $1 })
    #expect(run.status == 9)
    #expect(ContinuousClock.now - start < .seconds(5))
    #expect(run.errors.contains("nothing moved for 0.5 s") || run.errors.contains("the deadline passed"))
  }

  @Test func `through a helper all is as without one`() throws {
    let program = try Program.withOneVersion()
    try program.write("changed\n", to: "tree/a")
    #expect(try program("create", "words", "tree", environment: always).status == 0)
    #expect(try program("sync", "words", "copy", "--cache", "cache", environment: always).status == 0)
    try program.shell("diff -r --exclude .snapctl tree copy; test -d cache/packs")
    for way in [always, [:]] {
      #expect(try program("verify", environment: way).status == 0)
      #expect(try program("sync", "words", "other", "--cache", "cache", environment: way).status == 0)
      try program.shell("diff -r --exclude .snapctl tree other; rm -r other")
    }
  }

  @Test func `doctor says who touches what`() throws {
    let program = try Program.withOneVersion()
    let helped = try program("doctor", "--json", environment: always)
    #expect(helped.status == 0)
    let checks = try helped.objects().compactMap { $0["check"] as? String }
    #expect(checks.contains("helper"))
    let direct = try program("doctor", "--json").objects().compactMap { $0["check"] as? String }
    #expect(direct == checks.filter { $0 != "helper" })
  }

  @Test func `a helper ends when its engine is killed`() throws {
    let program = try Program.withOneVersion()
    let following = try program.start(
      ["sync", "words", "copy", "--watch"], output: "followed", environment: always)
    try Program.until { try !helpers(of: program).isEmpty }
    kill(following.processIdentifier, SIGKILL)
    following.waitUntilExit()
    try Program.until { try helpers(of: program).isEmpty }
  }

  /// The helper processes whose directory is the store of a folder of a test's own.
  private func helpers(of program: borrowing Program) throws -> [String] {
    let folder = program.folder.resolvingSymlinksInPath().path
    return try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { process in
      guard Int32(process) != nil,
        let command = try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8),
        let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/4")
      else { return false }
      return command.contains("serve-mount") && place.hasPrefix("socket") && hasOpen(folder, process)
    }
  }

  private func hasOpen(_ folder: String, _ process: String) -> Bool {
    let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")) ?? []
    return descriptors.contains { number in
      let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\(number)")
      return place?.hasPrefix(folder) == true
    }
  }

  @Test func `a mount that was there once is missed`() throws {
    let program = try Program.withOneVersion()
    try program.shell(
      """
      mkdir -p state/mounts
      name=$(printf %s "$PWD/store" | sha256sum | cut -d ' ' -f 1)
      printf 'nfs4\\nserver:/export\\n/mnt\\n' > "state/mounts/$name"
      """)
    let state = ["SNAPCTL_STATE_DIR": "state"]
    let run = try program("list", environment: state)
    #expect(run.status == 9)
    #expect(run.errors.contains("the mount has gone: nfs4 of server:/export at /mnt"))
    #expect(try program("init", "--if-missing", environment: state).status == 9)
    #expect(try program("list", environment: state.merging(["SNAPCTL_MOUNT_HELPER": "never"]) { $1 }).status == 0)
    try program.shell("rm state/mounts/*")
    #expect(try program("list", environment: state).status == 0)
  }

  @Test(arguments: ["gone", "gone/", "./gone", "tree/../gone", "gone/sub", "link", "link/sub"])
  func `the bare point of a mount that has gone is missed by any name, as is what is below it`(
    _ path: String
  ) throws {
    let program = try Program.withOneVersion()
    try program.shell(
      """
      mkdir -p state/mounts gone gone-not
      ln -s gone link
      printf 'nfs4\\nserver:/export\\n%s\\n' "$(pwd -P)/gone" > state/mounts/any
      """)
    let state = ["SNAPCTL_STATE_DIR": "state"]
    let made = try program("init", "--store", path, environment: state)
    #expect(made.status == 9)
    #expect(made.errors.contains("nfs4 of server:/export at "), "\(made.errors)")
    #expect(made.errors.contains("state/mounts/any"), "\(made.errors)")
    #expect(try program("sync", "words", path, environment: state).status == 9)
    try program.shell("test -z \"$(ls -A gone)\"")
    #expect(try program("sync", "words", "gone-not/copy", environment: state).status == 0)
    try program.shell("rm state/mounts/any")
    #expect(try program("sync", "words", path, environment: state).status == 0)
  }

  @Test func `a cache whose mount has gone is done without, and left empty`() throws {
    let program = try Program.withOneVersion()
    try program.shell(
      """
      mkdir -p state/mounts cache
      name=$(printf %s "$PWD/cache" | sha256sum | cut -d ' ' -f 1)
      printf 'fuse.sshfs\\nhost:/export\\n/mnt\\n' > "state/mounts/$name"
      """)
    let state = ["SNAPCTL_STATE_DIR": "state"]
    let run = try program("sync", "words", "copy", "--cache", "cache", environment: state)
    #expect(run.status == 0)
    #expect(run.errors.contains("the cache is done without"))
    try program.shell("diff -r --exclude .snapctl tree copy; test -z \"$(ls cache)\"")
    let needed = state.merging(["SNAPCTL_MODE": "cache"]) { $1 }
    #expect(try program("sync", "words", "two", "--cache", "cache", environment: needed).status == 9)
  }
}

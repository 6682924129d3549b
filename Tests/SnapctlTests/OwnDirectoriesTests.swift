import Foundation
import Testing

@Suite struct `A directory that holds the store` {
  @Test(arguments: ["self", "./self/", "link"])
  func `is not synced, and the store stays`(named name: String) throws {
    let program = try Program()
    try program.write("one\n", to: "self/a")
    try program.write("one\n", to: "tree/a")
    try program.shell("ln -s self link")
    let store = ["--store", "self/deep/store"]
    #expect(try program.run(["init"] + store).status == 0)
    #expect(try program.run(["create", "words", "tree"] + store).status == 0)
    for further in [[], ["--adopt"], ["--adopt", "--in-place"], ["--adopt", "--generations"], ["--dry-run"]] {
      let run = try program.run(["sync", "words", name] + store + further)
      #expect(run.status == 2, "\(further): \(run.output) \(run.errors)")
      #expect(run.errors.contains("the store lies in"), "\(run.errors)")
    }
    let watched = try program.run(["sync", "words", name, "--watch", "--interval", "0.1"] + store)
    #expect(watched.status == 2, "\(watched.errors)")
    #expect(try program.run(["verify"] + store).status == 0)
    #expect(try program.text(of: "self/a") == "one\n")
  }

  @Test func `is no source of its own versions, and neither is the store itself or what lies in it`() throws {
    let program = try Program.withOneVersion()
    try program.shell("mkdir outer; mv store outer/store")
    for directory in ["outer", "outer/store", "outer/store/packs"] {
      let run = try program("create", "words", directory, "--append-version", "--store", "outer/store")
      #expect(run.status == 2, "\(directory): \(run.errors)")
    }
    #expect(try program("list", "words", "--store", "outer/store").output.contains("1"))
    #expect(try program("sync", "words", "outer/store/new", "--store", "outer/store").status == 2)
    try program.shell("! test -e outer/store/new")
  }

  @Test func `or the cache, or the state of this host, is not synced either`() throws {
    let program = try Program.withOneVersion()
    try program.shell("mkdir -p copy/cache copy/state")
    let cache = try program("sync", "words", "copy", "--adopt", "--cache", "copy/cache")
    #expect(cache.status == 2 && cache.errors.contains("the cache lies in copy"), "\(cache.errors)")
    let state = try program(
      "sync", "words", "copy", "--adopt", environment: ["SNAPCTL_STATE_DIR": "\(program.folder.path)/copy/state"])
    #expect(state.status == 2 && state.errors.contains("the state of this host"), "\(state.errors)")
    try program.shell("test -d copy/cache -a -d copy/state")
    #expect(try program("sync", "words", "copy", "--adopt").status == 0)
  }
}

import Foundation
import Testing

/// `evict` of a cache: what is not needed goes, and nobody is harmed.
@Suite struct EvictCacheTests {
  private func withCache() throws -> Program {
    let program = try Program.withOneVersion()
    try program.shell("head -c 200000 /dev/urandom > tree/large")
    #expect(try program("create", "words", "tree", "--cache", "cache").status == 0)
    for version in ["words@1", "words@2"] { #expect(try program("warm", version, "--cache", "cache").status == 0) }
    return program
  }

  private func bytes(_ program: borrowing Program) throws -> Int {
    let run = try program("evict", "--cache", "cache", "--max-bytes", "1TB", "--json")
    return try #require(try run.last("evicted")["bytesKept"] as? Int)
  }

  @Test func `without a directory, a policy or a cache it is refused`() throws {
    let program = try Program.withOneVersion()
    #expect(try program("evict").status == 2)
    #expect(try program("evict", "--max-bytes", "1GB").status == 2)
    #expect(try program("evict", "dir", "--max-bytes", "1GB", "--cache", "cache").status == 2)
    #expect(try program("evict", "--max-bytes", "much", "--cache", "cache").status == 2)
    #expect(try program("evict", "--cache", "nowhere", "--older-than", "1d").status == 10)
  }

  @Test func `nothing goes of what may stay, nor when it is only asked`() throws {
    let program = try withCache()
    let all = try bytes(program)
    #expect(all > 200_000)
    let run = try program("evict", "--cache", "cache", "--max-bytes", "0", "--dry-run", "--json").last("evicted")
    #expect(run["bytesFreed"] as? Int == all && run["bytesKept"] as? Int == 0)
    #expect(
      try program("evict", "--cache", "cache", "--older-than", "1d", "--json").last("evicted")["removed"] as? Int == 0)
    #expect(try bytes(program) == all)
  }

  @Test func `what was longest of no use goes first, and a sync has it from the origin`() throws {
    let program = try withCache()
    try program.shell("find cache/packs cache/manifests -type f -exec touch -d '40 days ago' {} +")
    #expect(try program("sync", "words@1", "copy", "--cache", "cache").status == 0)
    let run = try program("evict", "--cache", "cache", "--older-than", "30d", "--json")
    let gone = try run.objects().compactMap { $0["object"] as? String }
    #expect(!gone.isEmpty)
    try program.shell("mv store/packs aside")
    #expect(try program("sync", "words@1", "second", "--cache", "cache").status == 0)
    #expect(try program("sync", "words@2", "third", "--cache", "cache").status == 4)
    try program.shell("mv aside store/packs")
    #expect(try program("sync", "words@2", "copy", "--cache", "cache").status == 0)
    try program.shell("diff -r --exclude .snapctl tree copy")
  }

  @Test func `whoever syncs while all of the cache goes has it from the origin`() throws {
    let program = try withCache()
    for round in 0..<6 {
      let evicting = try (0..<3).map {
        try program.start(
          ["evict", "--cache", "cache", "--max-bytes", "0", "--json"], output: "evicted-\(round)-\($0)")
      }
      let run = try program("sync", "words@2", "copy-\(round)", "--cache", "cache")
      #expect(run.status == 0, "\(run.errors)")
      for process in evicting {
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
      }
      try program.shell("diff -r --exclude .snapctl tree copy-\(round)")
    }
    #expect(try program("verify", "--tier", "all", "--cache", "cache").status == 0)
  }

  @Test func `what a version needs stays, and so does what is being copied`() throws {
    let program = try withCache()
    let kept = try program(
      "evict", "--cache", "cache", "--max-bytes", "0", "--keep-version", "words@2", "--json"
    ).last("evicted")
    #expect(try #require(kept["protected"] as? Int) > 0)
    try program.shell("mv store/packs aside")
    #expect(try program("sync", "words@2", "copy", "--cache", "cache").status == 0)
    try program.shell(
      """
      mv aside store/packs
      f=$(cd cache && find packs -type f | head -n 1)
      mkdir -p cache/claims; echo claim > cache/claims/$(echo $f | tr / ,)
      """)
    let claimed = try program("evict", "--cache", "cache", "--max-bytes", "0", "--json").last("evicted")
    #expect(claimed["protected"] as? Int == 1)
    try program.shell("touch -d '2 hours ago' cache/claims/*")
    #expect(try program("evict", "--cache", "cache", "--max-bytes", "0").status == 0)
    try program.shell("test -z \"$(find cache/packs cache/claims -type f)\"")
  }
}

import Foundation
import Testing

/// `copy` and `warm`: versions in another store, and in the cache.
@Suite struct CopyStoreTests {
  private func withTwoVersions() throws -> Program {
    let program = try Program.withOneVersion()
    try program.write("two\n", to: "tree/a")
    #expect(try program("create", "words", "tree", "--tag", "second").status == 0)
    return program
  }

  @Test func `a store that is not there is not made`() throws {
    let program = try Program.withOneVersion()
    let run = try program("copy", "store", "elsewhere")
    #expect(run.status == 10)
    #expect(run.errors.contains("snapctl init"))
  }

  @Test func `versions keep their numbers, tags and bytes, and nothing moves twice`() throws {
    let program = try withTwoVersions()
    #expect(try program("init", "--store", "mirror", "--catalog", "directory").status == 0)
    let first = try program("copy", "store", "mirror", "--json").last("copied")
    #expect(first["versions"] as? Int == 2)
    #expect(try #require(first["packs"] as? Int) > 0)
    let again = try program("copy", "store", "mirror", "--json").last("copied")
    #expect(again["versions"] as? Int == 0)
    #expect(again["bytes"] as? Int == 0)
    #expect(try program("verify", "--store", "mirror").status == 0)
    for name in ["words@1", "words@first", "words@second"] {
      let here = try program("show", name, "--json").last("snapshot")
      let there = try program("show", name, "--json", "--store", "mirror").last("snapshot")
      for field in ["version", "manifest", "contentHash", "files", "bytes"] {
        #expect("\(here[field] ?? "")" == "\(there[field] ?? "")", "\(name) \(field)")
      }
    }
    #expect(try program("sync", "words", "copy", "--store", "mirror").status == 0)
    try program.shell("diff -r --exclude .snapctl tree copy")
  }

  @Test func `what goes on in the source is copied on, and a version made elsewhere is not overwritten`() throws {
    let program = try withTwoVersions()
    #expect(try program("init", "--store", "mirror").status == 0)
    #expect(try program("copy", "store", "mirror").status == 0)
    try program.write("three\n", to: "tree/a")
    #expect(try program("create", "words", "tree").status == 0)
    #expect(try program("copy", "store", "mirror", "words", "--json").last("copied")["versions"] as? Int == 1)

    try program.write("four\n", to: "tree/a")
    #expect(try program("create", "words", "tree").status == 0)
    try program.write("otherwise\n", to: "other/a")
    #expect(try program("create", "words", "other", "--store", "mirror").status == 0)
    let run = try program("copy", "store", "mirror")
    #expect(run.status == 1)
    #expect(run.errors.contains("different ways"), "\(run.errors)")
  }

  @Test func `a damaged pack is not copied`() throws {
    let program = try Program.withOneVersion()
    try program.shell(
      """
      f=$(find store/packs -type f | head -n 1)
      chmod u+w $f
      printf X | dd of=$f bs=1 seek=2000 conv=notrunc status=none
      """)
    #expect(try program("init", "--store", "mirror").status == 0)
    #expect(try program("copy", "store", "mirror").status == 4)
    #expect(try program("show", "words", "--store", "mirror").status == 10)
    #expect(try program("verify", "--store", "mirror").status == 0)
  }

  @Test(arguments: ["printf X | dd of=$f bs=1 seek=2000 conv=notrunc status=none", "truncate -s 100 $f"])
  func `what a stopped copy left damaged is put right, and the damaged bytes are kept`(_ harm: String) throws {
    let program = try Program.withOneVersion()
    #expect(try program("init", "--store", "mirror").status == 0)
    try program.shell(
      """
      cp -r store/packs mirror/
      f=$(find mirror/packs -type f | head -n 1)
      chmod u+w $f
      \(harm)
      """)
    let copied = try program("copy", "store", "mirror", "--json").last("copied")
    #expect(copied["packs"] as? Int == 1)
    try program.shell("diff -r store/packs mirror/packs; ls mirror/quarantine | grep -q '[.]txt$'")
    #expect(try program("verify", "--store", "mirror").status == 0)
  }

  @Test func `records are copied with what is compacted`() throws {
    let program = try Program()
    try program.write(#"{"id":"a","vector":[1,2]}"# + "\n", to: "records.jsonl")
    #expect(try program("init").status == 0)
    #expect(try program("append", "vec", "--input", "records.jsonl").status == 0)
    #expect(try program("compact", "vec").status == 0)
    #expect(try program("init", "--store", "mirror").status == 0)
    #expect(try program("copy", "store", "mirror").status == 0)
    let run = try program("get", "vec", "a", "--store", "mirror", "--json")
    #expect(try run.objects().first?["id"] as? String == "a")
  }

  @Test func `a warm cache serves a sync by itself`() throws {
    let program = try withTwoVersions()
    let none = try program("warm", "words")
    #expect(none.status == 2)
    let warmed = try program("warm", "words", "--cache", "cache", "--json").last("warmed")
    #expect(try #require(warmed["bytesFilled"] as? Int) > 0)
    let again = try program("warm", "words", "--cache", "cache", "--json").last("warmed")
    #expect(again["bytesFilled"] as? Int == 0)
    try program.shell("mv store/packs aside")
    #expect(try program("sync", "words", "copy", "--cache", "cache").status == 0)
    try program.shell("diff -r --exclude .snapctl tree copy")
  }
}

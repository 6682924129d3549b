import Foundation
import Testing

/// A cache as the command line has it: when it is used, what gets there, and what becomes of it when it is damaged.
@Suite struct CacheVerbTests {
  /// Flips a bit in the middle of the largest file below a folder.
  private func damage(_ place: String, _ program: borrowing Program) throws {
    try program.shell(
      """
      f=$(find \(place) -type f -printf '%s %p\\n' | sort -n | tail -n 1 | cut -d' ' -f2)
      chmod u+w $f
      at=$(( $(stat -c %s $f) / 2 ))
      b=$(od -An -tu1 -j $at -N 1 $f)
      printf "\\\\x$(printf %x $(( b ^ 4 )))" | dd of=$f bs=1 seek=$at conv=notrunc status=none
      """)
  }

  private func tear(_ place: String, _ program: borrowing Program) throws {
    try program.shell("for f in $(find \(place) -type f); do chmod u+w $f; truncate -s -10 $f; done")
  }

  // MARK: Mode

  @Test func `mode cache fails where there is none, and makes none`() throws {
    let program = try Program.withOneVersion()
    let unnamed = try program("sync", "words", "copy", "--mode", "cache")
    #expect(unnamed.status == 2)
    #expect(unnamed.errors.contains("no cache is named"))
    let missing = try program("sync", "words", "copy", "--mode", "cache", "--cache", "cache")
    #expect(missing.status == 10)
    #expect(missing.errors.contains("cache"))
    try program.shell("test ! -e cache; test ! -e copy; mkdir cache")
    #expect(try program("sync", "words", "copy", "--mode", "cache", "--cache", "cache").status == 0)
    try program.shell("test -d cache/packs")
  }

  @Test func `mode origin neither reads the cache nor fills it`() throws {
    let program = try Program.withOneVersion()
    let empty = try program("sync", "words", "copy", "--mode", "origin", "--cache", "cache")
    #expect(empty.status == 0)
    try program.shell("test ! -e cache; rm -r copy")
    #expect(try program("warm", "words", "--cache", "cache").status == 0)
    try program.shell("mv store/packs aside")
    #expect(try program("sync", "words", "copy", "--mode", "origin", "--cache", "cache").status != 0)
    let origin = ["SNAPCTL_MODE": "origin"]
    #expect(try program("sync", "words", "copy", "--cache", "cache", environment: origin).status != 0)
    #expect(try program("sync", "words", "copy", "--cache", "cache").status == 0)
  }

  // MARK: What gets there

  @Test func `what the origin gives damaged is not found in the cache under a good name`() throws {
    let program = try Program.withOneVersion()
    try damage("store/packs", program)
    let run = try program("sync", "words", "copy", "--cache", "cache")
    #expect(run.status == 4)
    #expect(run.errors.contains("was not put into the cache"), "\(run.errors)")
    try program.shell("test -z \"$(find cache/packs -type f)\"; test -n \"$(find cache/manifests -type f)\"")
  }

  @Test func `claims that nobody keeps cost no more than half of a deadline`() throws {
    let program = try Program.withOneVersion()
    try program.shell(
      """
      mkdir -p cache/claims
      for f in $(cd store; find packs manifests -type f); do echo claim > cache/claims/${f//\\//,}; done
      """)
    let start = ContinuousClock.now
    #expect(try program("sync", "words", "copy", "--cache", "cache", "--deadline", "3").status == 0)
    #expect(ContinuousClock.now - start < .seconds(3))
    try program.shell("diff -r --exclude .snapctl tree copy")
  }

  // MARK: Damage in it

  @Test func `a sync says what it found damaged in the cache, and how the cache served`() throws {
    let program = try Program.withOneVersion()
    let filled = try program("sync", "words", "copy", "--cache", "cache", "--json").last("synced")
    #expect(filled["cacheHits"] as? Int == 0 || filled["cacheMisses"] as? Int != 0)
    #expect(try #require(filled["cacheBytesFilled"] as? Int) > 0)
    try damage("cache/packs", program)
    let run = try program("sync", "words", "other", "--cache", "cache", "--json")
    #expect(run.status == 0)
    let synced = try run.last("synced")
    #expect(synced["cacheDamaged"] as? Int == 1)
    #expect(try #require(synced["cacheHits"] as? Int) > 0)
    #expect(run.errors.contains("does not verify, and was set aside"), "\(run.errors)")
    try program.shell("diff -r --exclude .snapctl tree other; test -n \"$(ls cache/quarantine)\"")
    #expect(try program("sync", "words", "third", "--json").last("synced")["cacheHits"] is NSNull)
  }

  @Test(arguments: [true, false]) func `warm puts right what is damaged or torn in the cache`(_ isTorn: Bool) throws {
    let program = try Program.withOneVersion()
    #expect(try program("warm", "words", "--cache", "cache").status == 0)
    try isTorn ? tear("cache", program) : damage("cache/packs", program)
    let run = try program("warm", "words", "--cache", "cache", "--json")
    #expect(run.status == 0)
    let warmed = try run.last("warmed")
    #expect(warmed["damaged"] as? Int == (isTorn ? 2 : 1))
    #expect(warmed["missing"] as? Int == 0)
    #expect(try #require(warmed["bytesFilled"] as? Int) > 0)
    #expect(try program("verify", "--tier", "cache", "--cache", "cache").status == 0)
    try program.shell("diff -r store/packs cache/packs; diff -r store/manifests cache/manifests")
    #expect(try program("warm", "words", "--cache", "cache", "--json").last("warmed")["bytesFilled"] as? Int == 0)
  }

  @Test func `warm fails where the cache lacks something in the end`() throws {
    let program = try Program.withOneVersion()
    try program.shell("mkdir cache; echo no folder > cache/packs")
    let run = try program("warm", "words", "--cache", "cache", "--json")
    #expect(run.status == 1)
    #expect(run.errors.contains("not in the cache"), "\(run.errors)")
    let warmed = try #require(try run.objects().first { $0["type"] as? String == "warmed" })
    #expect(warmed["missing"] as? Int == warmed["packs"] as? Int)
  }

  @Test func `warm gives nothing out that the origin has damaged`() throws {
    let program = try Program.withOneVersion()
    try damage("store/packs", program)
    #expect(try program("warm", "words", "--cache", "cache").status == 4)
    try program.shell("test -z \"$(find cache/packs -type f)\"")
  }
}

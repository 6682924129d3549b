import Foundation
import Primitives
import Testing

/// `verify --tier` and `--heal`: what one tier lost, the other gives back.
@Suite struct HealVerbTests {
  /// Three files in two versions, in a store and in a cache that has all of it.
  private func withCache() throws -> Program {
    let program = try Program.withOneVersion()
    try program.shell("head -c 300000 /dev/urandom > tree/large; head -c 300000 /dev/urandom > tree/other")
    #expect(try program("create", "words", "tree", "--cache", "cache").status == 0)
    for version in ["words@1", "words@2"] { #expect(try program("warm", version, "--cache", "cache").status == 0) }
    try program.shell(
      "mkdir sound; cp -r store/packs store/manifests sound; diff -r sound/packs cache/packs; chmod -R u+w store cache")
    return program
  }

  /// Flips a bit of the largest, or the smallest, file below a folder.
  private func damage(_ place: String, _ program: borrowing Program, largest: Bool = true) throws {
    try program.shell(
      """
      f=$(find \(place) -type f -printf '%s %p\\n' | sort -n \(largest ? "| tail" : "| head") -n 1 | cut -d' ' -f2)
      at=$(( $(stat -c %s $f) / 2 ))
      b=$(od -An -tu1 -j $at -N 1 $f)
      printf "\\\\x$(printf %x $(( b ^ 4 )))" | dd of=$f bs=1 seek=$at conv=notrunc status=none
      """)
  }

  private func isWhole(_ program: borrowing Program) throws {
    try program.shell(
      """
      diff -r sound/packs store/packs; diff -r sound/manifests store/manifests
      diff -r sound/packs cache/packs; diff -r sound/manifests cache/manifests
      """)
    #expect(try program("verify", "--tier", "all", "--cache", "cache").status == 0)
  }

  @Test func `healing without another tier leaves what is damaged, and tells the files that are lost`() throws {
    let program = try withCache()
    try damage("store/packs", program)
    let run = try program("verify", "--heal", "--json")
    #expect(run.status == 4)
    let objects = try run.objects()
    #expect(objects.contains { $0["type"] as? String == "left" })
    // They share a frame.
    let lost = objects.filter { $0["type"] as? String == "lost" }
    #expect(lost.map { $0["path"] as? String } == ["large", "other"], "\(lost)")
    #expect(lost.allSatisfy { $0["version"] as? Int == 2 })
    try program.shell("test ! -e store/quarantine; cmp <(ls sound/packs) <(ls store/packs)")
  }

  @Test func `what is damaged in both tiers is left, and the files that need it are named`() throws {
    let program = try withCache()
    for place in ["store/packs", "cache/packs"] { try damage(place, program) }
    let run = try program("verify", "--tier", "all", "--heal", "--cache", "cache", "--json")
    #expect(run.status == 4)
    let verified = try run.last("verified")
    #expect(verified["damaged"] as? Int == 2 && verified["healed"] as? Int == 0)
    let lost = try run.objects().filter { $0["type"] as? String == "lost" }
    #expect(lost.map { $0["path"] as? String } == ["large", "other"], "\(lost)")
    try program.shell("test ! -e store/quarantine -a ! -e cache/quarantine")
  }

  @Test func `a whole version is lost with its root`() throws {
    let program = try withCache()
    for place in ["store/manifests", "cache/manifests"] { try damage(place, program, largest: false) }
    let run = try program("verify", "--tier", "all", "--heal", "--cache", "cache", "--json")
    #expect(run.status == 4)
    let lost = try run.objects().filter { $0["type"] as? String == "lost" }
    #expect(lost.count == 1 && lost[0]["path"] is NSNull, "\(lost)")
  }

  @Test(arguments: ["packs", "manifests"])
  func `an origin gets its bytes back from the cache, and keeps the damaged ones with the reason`(
    _ kind: String
  ) throws {
    let program = try withCache()
    try damage("store/\(kind)", program)
    #expect(try program("verify").status == 4)
    let run = try program("verify", "--heal", "--cache", "cache", "--json")
    #expect(run.status == 3, "\(run.output)\(run.errors)")
    let verified = try run.last("verified")
    #expect(verified["damaged"] as? Int == 1 && verified["healed"] as? Int == 1)
    let healed = try #require(try run.objects().first { $0["type"] as? String == "healed" })
    let aside = try #require(healed["aside"] as? String)
    try program.shell("grep -q '\(healed["object"] as? String ?? "?")' 'store/\(aside).txt'; test -s 'store/\(aside)'")
    try isWhole(program)
    #expect(try program("verify", "--heal", "--cache", "cache").status == 0)
  }

  @Test func `a cache gets its bytes back from the origin`() throws {
    let program = try withCache()
    for kind in ["packs", "manifests"] { try damage("cache/\(kind)", program) }
    #expect(try program("verify").status == 0)
    #expect(try program("verify", "--tier", "cache", "--cache", "cache").status == 4)
    #expect(try program("verify", "--tier", "cache", "--cache", "cache", "--heal").status == 3)
    try isWhole(program)
  }

  @Test func `an object that is gone comes back, and damage that it hid is healed with it`() throws {
    let program = try withCache()
    try program.shell("rm -r store/manifests/*")
    try damage("store/packs", program)
    let run = try program("verify", "--heal", "--cache", "cache", "--json")
    #expect(run.status == 3, "\(run.output)\(run.errors)")
    #expect(try run.last("verified")["healed"] as? Int == 3)
    try isWhole(program)
  }

  @Test func `each tier heals the other where both are damaged in different objects`() throws {
    let program = try withCache()
    try damage("store/packs", program)
    try damage("cache/packs", program, largest: false)
    let run = try program("verify", "--tier", "all", "--heal", "--cache", "cache", "--json")
    #expect(run.status == 3, "\(run.output)\(run.errors)")
    try isWhole(program)
  }

  @Test func `a pack that agrees with itself, and not with the origin's, is found by comparing`() throws {
    let program = try withCache()
    let folder = program.folder.appendingPathComponent("cache/packs")
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.count > 32 }
    let file = folder.appendingPathComponent(try #require(names.first))
    try Data(otherwise([UInt8](Data(contentsOf: file)))).write(to: file)
    #expect(try program("verify", "--tier", "cache", "--cache", "cache").status == 0)
    let run = try program("verify", "--tier", "all", "--heal", "--cache", "cache", "--json")
    #expect(run.status == 3, "\(run.output)\(run.errors)")
    #expect(try run.objects().first?["reason"] as? String ?? "" != "" && run.last("verified")["healed"] as? Int == 1)
    try isWhole(program)
  }

  /// The same pack as if it had been made at another time, with all checksums right (formats/pack.md).
  private func otherwise(_ pack: [UInt8]) -> [UInt8] {
    var bytes = pack
    func put(_ crc: UInt32, at offset: Int) {
      for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: crc >> (8 * index)) }
    }
    bytes[120] ^= 1
    put(CRC32C.of(Array(bytes[96..<140])), at: 140)
    let trailer = bytes.count - 64
    func number(_ at: Int, _ count: Int) -> Int { bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | Int($1) } }
    let directory = number(trailer, 4)
    let heads = stride(from: directory, to: trailer, by: 16).flatMap { row in
      bytes[number(row, 4)..<number(row, 4) + 32 + 48 * number(row + 8, 4)]
    }
    let digest = Digest.of(bytes[..<144] + heads + bytes[directory..<trailer])
    bytes.replaceSubrange((trailer + 20)..<(trailer + 52), with: digest.bytes)
    put(CRC32C.of(Array(bytes[trailer..<(trailer + 52)])), at: trailer + 52)
    return bytes
  }

  @Test func `a cache need not be whole`() throws {
    let program = try withCache()
    #expect(try program("verify", "--tier", "cache", "--cache", "empty").status == 0)
    try program.shell("rm $(find cache/packs -type f | head -n 1)")
    #expect(try program("verify", "--tier", "all", "--cache", "cache").status == 0)
    #expect(try program("verify", "--tier", "cache").status == 2)
  }

  @Test func `a head is in the origin only, and left`() throws {
    let program = try withCache()
    try damage("store/heads/words", program)
    let run = try program("verify", "--heal", "--tier", "all", "--cache", "cache", "--json")
    #expect(run.status == 4)
    #expect(try run.objects().filter { $0["type"] as? String == "damage" }.count == 1)
  }

  @Test func `a copy is not healed`() throws {
    let program = try Program.withOneVersion()
    #expect(try program("verify", "--local", "tree", "--heal").status == 2)
  }
}

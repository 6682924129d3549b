import Foundation
import SnapshotEngine
import Testing

/// GNU tar is the reader.
@Suite struct `An exported version` {
  private static let long = String(repeating: "n", count: 150)

  /// A tree with what archives get wrong.
  private static func withHardNames() throws -> Program {
    let program = try Program()
    try program.shell(
      """
      mkdir -p t/d/e t/empty t/\(long)/\(long)
      echo one > t/a; chmod 4755 t/a; : > t/nothing; head -c 3000001 /dev/urandom > t/d/b; chmod 600 t/d/b
      echo long > t/\(long)/\(long)/f; echo utf > "t/$(printf '\\303\\244')"; echo bad > "t/$(printf 'bad\\377')"
      echo both > "t/\(long)/\(long)/$(printf 'b\\377')"; printf '%0512d' 7 > t/block
      ln -s d/b t/link; ln -s \(long)/\(long)/\(long) t/longlink; ln -s "$(printf '\\376')" t/badlink
      chmod 555 t/d/e
      """)
    #expect(try program("init").status == 0)
    #expect(try program("create", "words", "t").status == 0)
    return program
  }

  @Test func `is unpacked by tar to the very same tree`() throws {
    let program = try Self.withHardNames()
    let run = try program("export", "words@1", "-o", "words.tar", "--json")
    #expect(run.status == 0, "\(run.errors)")
    expect(try run.last("exported"), has: "collection version file contentHash bytesTotal bytesWritten seconds")
    try program.shell("mkdir x && tar -xpf words.tar -C x 2> warnings")
    let (made, source) = (try program("hash", "x", "--json"), try program("hash", "t", "--json"))
    #expect(try made.last("hashed")["contentHash"] as? String == source.last("hashed")["contentHash"] as? String)
    try program.shell("tar --numeric-owner -tvf words.tar 2> /dev/null > list; ! grep -v ' 0/0 ' list")
    try program.shell("test $(wc -l < list) = $(find t -mindepth 1 -not -path 't/.snapctl*' | wc -l)")
    try program.shell("chmod -R u+rwX t x")
  }

  @Test func `is the same bytes every time, in a file and on stdout`() throws {
    let program = try Program.withOneVersion()
    #expect(try program("export", "words", "-o", "1.tar").status == 0)
    #expect(try program("export", "words@first", "-o", "1.tar", "--jobs", "1").status == 0, "replaces")
    let binary = Program.location.path
    try program.shell("SNAPCTL_STORE=store '\(binary)' export words -o - --quiet > 2.tar; cmp 1.tar 2.tar")
    try program.shell("test $(( $(stat -c %s 1.tar) % 10240 )) = 0; tar -xOf 2.tar a | grep -qx one")
  }

  @Test func `that is damaged ends with 4, and no file has the name`() throws {
    let program = try Program.withOneVersion()
    try program.shell("tail -c +1 tree/deep/b > /dev/null; head -c 400000 /dev/urandom > tree/zz")
    #expect(try program("create", "words", "tree").status == 0)
    try program.shell(
      """
      p=$(ls -S $(find store/packs -type f) | head -1); chmod u+w $p
      printf '\\001\\002\\003' | dd of=$p bs=1 seek=150000 conv=notrunc 2> /dev/null; echo before > out.tar
      """)
    let run = try program("export", "words", "-o", "out.tar", "--json")
    #expect(run.status == 4, "\(run.errors)")
    #expect(try run.last("error")["code"] as? String == "damaged")
    #expect(try program.text(of: "out.tar") == "before\n", "what was there is there")
    #expect(try program("export", "words", "-o", "new.tar").status == 4)
    try program.shell("! ls -a | grep -q -e partial -e new.tar")
    let command = "SNAPCTL_STORE=store '\(Program.location.path)' export words -o - > cut.tar 2> errors"
    try program.shell("\(command) && exit 1; test $? = 4; ! tar -tf cut.tar 2> /dev/null")
  }

  @Test func `goes to files only, and to a full device with a failure`() throws {
    let program = try Program.withOneVersion()
    #expect(try program("export", "words", "-o", "/dev/null").status == 2)
    #expect(try program("export", "words", "-o", "tree").status == 2)
    #expect(try program("export", "words", "-o", "nowhere/x.tar").status == 10)
    try program.shell(
      "SNAPCTL_STORE=store '\(Program.location.path)' export words -o - > /dev/full 2> errors && exit 2; test $? = 1")
    #expect(try program.text(of: "errors").contains("no room"))
  }

  @Test func `of nothing but an empty tree is an archive`() throws {
    let program = try Program()
    try program.shell("mkdir t")
    #expect(try program("init").status == 0)
    #expect(try program("create", "words", "t").status == 0)
    #expect(try program("export", "words", "-o", "e.tar").status == 0)
    try program.shell("test -z \"$(tar -tf e.tar)\"; test $(stat -c %s e.tar) = 10240")
  }
}

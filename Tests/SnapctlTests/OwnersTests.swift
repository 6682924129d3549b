import Foundation
import Glibc
import Testing

@Suite struct `Owners on the command line` {
  private static let isRoot: Bool = {
    if geteuid() != 0 { print("not root: what gives files away is left out") }
    return geteuid() == 0
  }()

  @Test func `are recorded when asked for, and change nothing else`() throws {
    let program = try Program.withOneVersion()
    func created(_ arguments: String...) throws -> [String: Any] {
      try program.run(["create", "words", "tree", "--json"] + arguments).last("created")
    }
    func owners() throws -> Bool? { try program("show", "words", "--json").last("snapshot")["owners"] as? Bool }
    let hash = try program("show", "words", "--json").last("snapshot")["contentHash"] as? String
    #expect(try owners() == false)
    #expect(try program("show", "words").output.contains("owners        not recorded"))
    #expect(try created("--owners")["version"] as? Int == 2)
    #expect(try owners() == true)
    #expect(try program("show", "words").output.contains("owners        recorded"))
    #expect(try created("--owners")["unchanged"] as? Bool == true)
    #expect(try created()["version"] as? Int == 3, "a version without, on one with")
    #expect(try program("show", "words@2", "--json").last("snapshot")["contentHash"] as? String == hash)
    #expect(try program("diff", "words@1", "words@2", "--exit-code").status == 0)
    #expect(try program("status", "words@2", "tree").status == 0)
    #expect(try program("verify").status == 0)
  }

  @Test func `that are not recorded are refused with what to do, and nothing is touched`() throws {
    let program = try Program.withOneVersion()
    for arguments in [["sync", "words", "copy"], ["export", "words", "-o", "words.tar"]] {
      let run = try program.run(arguments + ["--owners", "--json"])
      #expect(run.status == 1)
      #expect(run.errors.contains("words@1 was made without owners") && run.errors.contains("create --owners"))
      #expect(try run.last("error")["subject"] as? String == "words@1")
    }
    try program.shell("! test -e copy; ! test -e words.tar")
  }

  @Test(.enabled(if: isRoot)) func `come back through a copy, and through a tar beyond its field`() throws {
    let program = try Program.withOneVersion()
    try program.shell(
      """
      chown 1001:101 tree/a; chown 3000000:2097152 tree/deep; ln -s a tree/link; chown -h 7:8 tree/link
      chmod 4755 tree/a; find tree -mindepth 1 -not -path '*.snapctl*' -printf '%P %U:%G %m\\n' | sort > source
      """)
    #expect(try program("create", "words", "tree", "--owners").status == 0)
    let synced = try program("sync", "words", "copy", "--owners", "--json")
    #expect(synced.status == 0, "\(synced.errors)")
    #expect(try program("export", "words", "-o", "words.tar", "--owners", "--json").status == 0)
    try program.shell(
      """
      mkdir x; tar --numeric-owner -xpf words.tar -C x
      for tree in copy x; do
        find $tree -mindepth 1 -not -path '*.snapctl*' -printf '%P %U:%G %m\\n' | sort | cmp - source
      done
      """)
    #expect(try program("export", "words", "-o", "plain.tar").status == 0)
    try program.shell("! tar --numeric-owner -tvf plain.tar | grep -v ' 0/0 '")
  }

  @Test(.enabled(if: isRoot)) func `of others are refused to who is not root, of his own are not`() throws {
    let program = try Program.withOneVersion()
    try program.shell("chown -R 65534:65534 tree; test -x /usr/bin/setpriv")
    #expect(try program("create", "own", "tree", "--owners").status == 0)
    try program.shell("chown 1001:101 tree/a; mkdir home; chown 65534:65534 home; chmod 755 .; chmod -R a+rX store")
    #expect(try program("create", "words", "tree", "--owners").status == 0)
    try program.shell("chmod -R a+rX store")
    let command = """
      export SNAPCTL_STORE=$PWD/store
      as() { setpriv --reuid 65534 --regid 65534 --clear-groups '\(Program.location.path)' "$@" --json; }
      """
    try program.shell("\(command)\nas sync own home/own --owners > out 2> errors")
    try program.shell("\(command)\nas sync words home/copy --owners > out 2> errors && exit 9; test $? = 1")
    #expect(try program.text(of: "errors").contains("may not give files to 1001:101"))
    #expect(try program.text(of: "errors").contains("CAP_CHOWN"))
    try program.shell("test -z \"$(ls home/copy)\"; test $(stat -c %u home/own/a) = 65534")
  }
}

import Foundation
import Glibc
import Testing

/// On a file system of its own with room for what the files hold, and not for their holes.
@Suite struct `Holes larger than the disk` {
  private static let isRoot: Bool = {
    if geteuid() != 0 { print("not root: what needs a file system of its own is left out") }
    return geteuid() == 0
  }()

  @Test(.enabled(if: isRoot)) func `come back as holes through a sync, a fork, and in place`() throws {
    let program = try Program.withOneVersion()
    try program.shell(
      "truncate -s 400M tree/holes; printf bytes | dd of=tree/holes bs=1M seek=200 conv=notrunc status=none")
    #expect(try program("create", "words", "tree").status == 0)
    try program.write("two\n", to: "tree/a")
    #expect(try program("create", "words", "tree").status == 0)
    let snapctl = "'\(Program.location.path)'"
    try program.shell(
      """
      export HOME=$PWD SNAPCTL_STORE=$PWD/store
      mkdir small; unshare -m bash -e <<'END'
      mount -t tmpfs -o size=64m none small
      check() { cmp tree/holes small/$1/holes; test $(du -m small/$1/holes | cut -f1) -lt 4; }
      \(snapctl) sync words@2 small/copy; check copy
      \(snapctl) sync words@3 small/copy; check copy; cmp tree/a small/copy/a
      \(snapctl) fork small/copy small/work; check work
      \(snapctl) sync words@2 small/copy --in-place; check copy
      END
      """)
  }

  @Test(.enabled(if: isRoot)) func `do not hide that there is no room for the rest`() throws {
    let program = try Program.withOneVersion()
    try program.shell("truncate -s 400M tree/holes; head -c 80M /dev/urandom > tree/bytes")
    #expect(try program("create", "words", "tree").status == 0)
    try program.shell(
      """
      export HOME=$PWD SNAPCTL_STORE=$PWD/store
      mkdir small; unshare -m bash -e <<'END'
      mount -t tmpfs -o size=64m none small
      status=0; '\(Program.location.path)' sync words@2 small/copy || status=$?
      test $status = 8; ! test -e small/copy/bytes
      END
      """)
  }
}

import Foundation
import Glibc
import Testing

/// Two users of one group, a directory that the group may write, and a umask that lets it.
@Suite struct `A store that a group shares` {
  private static let isRoot: Bool = {
    if geteuid() != 0 { print("not root: what two users do is left out") }
    return geteuid() == 0
  }()

  private static let users = [2001, 2002]

  /// What a user of the group does.
  private func script(_ user: Int, _ commands: String) -> String {
    """
    setpriv --reuid \(user) --regid 3000 --clear-groups bash -e <<'END'
    umask 002
    export HOME=$PWD/home\(user) SNAPCTL_STORE=shared/store
    snapctl() { '\(Program.location.path)' "$@"; }
    \(commands)
    END
    """
  }

  @Test(.enabled(if: isRoot)) func `takes versions of both, and both sync the copy that they share`() throws {
    let program = try Program()
    try program.write("one\n", to: "tree/a")
    try program.shell(
      """
      chmod 755 .; mkdir shared; chgrp 3000 shared; chmod 2775 shared
      for user in 2001 2002; do mkdir home$user; chown $user:3000 home$user; done
      """)
    let (first, second) = (Self.users[0], Self.users[1])
    try program.shell(script(first, "snapctl init --catalog directory; snapctl create words tree"))
    try program.shell(script(first, "snapctl sync words shared/copy; snapctl sync words shared/many --generations"))
    try program.write("two\n", to: "tree/a")
    try program.shell(script(second, "snapctl create words tree --append-version; snapctl verify"))
    try program.shell(script(second, "snapctl sync words shared/copy; cmp tree/a shared/copy/a"))
    try program.shell(script(second, "snapctl sync words shared/many --generations --keep 1"))
    try program.shell("cmp tree/a shared/many/current/a")
    try program.write("three\n", to: "tree/a")
    try program.shell(script(first, "snapctl create words tree --append-version; snapctl sync words shared/copy"))
    try program.shell("cmp tree/a shared/copy/a; test \"$(stat -c %g:%a shared/copy)\" = 3000:2775")
  }

  @Test(.enabled(if: isRoot)) func `belongs to the same owner and group after a sync by somebody else`() throws {
    let program = try Program.withOneVersion()
    #expect(try program("sync", "words", "copy").status == 0)
    try program.shell("chown 2001:3000 copy; chmod 2775 copy")
    try program.write("two\n", to: "tree/a")
    #expect(try program("create", "words", "tree").status == 0)
    #expect(try program("sync", "words", "copy").status == 0)
    try program.shell("cmp tree/a copy/a; test \"$(stat -c %u:%g:%a copy)\" = 2001:3000:2775")
  }
}

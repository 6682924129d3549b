import FileIO
import Glibc
import TestFiles
import Testing

/// What the kernel's table says of a path, without touching what is mounted.
@Suite struct MountTableTests {
  private let table = MountTable(
    parsing: Array(
      """
      21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
      22 21 0:20 / /proc rw - proc proc rw
      30 21 0:40 / /mnt/with\\040space rw - nfs4 server:/a\\134b rw
      31 21 0:41 / /mnt/covered rw - nfs4 server:/below rw
      32 31 0:42 / /mnt/covered rw - tmpfs tmpfs rw
      33 21 0:43 / /mnt/lazy rw - autofs auto.lazy rw
      34 33 0:44 / /mnt/lazy rw master:3 propagate_from:2 - fuse.sshfs root@host:/export rw
      35 21 0:43 / /mnt/waits rw - autofs auto.waits rw
      36 21 8:2 / /mnt/hidden rw - nfs server:/hidden rw
      37 21 8:3 / /mnt rw - xfs /dev/sdb1 rw
      nonsense
      1 2 3

      """.utf8))

  private func mount(_ path: String) throws -> MountPoint { try #require(try table.place(of: path).mount) }

  @Test func `lines that say nothing are passed over`() {
    #expect(table.mounts.count == 10)
    #expect(MountTable(parsing: []).mounts.isEmpty)
    #expect(MountTable(parsing: [UInt8](repeating: 0xFF, count: 10_000)).mounts.isEmpty)
  }

  @Test func `what another mount covers is not there`() throws {
    #expect(try mount("/mnt/hidden/store").kind == "xfs")
    #expect(try mount("/mnt/covered/x").kind == "xfs")
    #expect(try mount("/srv").kind == "ext4")
    #expect(try !mount("/srv").isNetwork)
  }

  @Test func `of what lies on top of each other the topmost counts`() throws {
    let uncovered = MountTable(parsing: Array(lines(without: "37 ").utf8))
    let kind = { (path: String) in try uncovered.place(of: path).mount?.kind }
    #expect(try kind("/mnt/covered/x") == "tmpfs")
    #expect(try kind("/mnt/lazy/a/b") == "fuse.sshfs")
    #expect(try kind("/mnt/lazyness") == "ext4")
    #expect(try kind("/mnt/waits/a") == "autofs")
    #expect(try uncovered.place(of: "/mnt/waits/a").mount?.isNetwork == true)
    #expect(try kind("//mnt/./other/../hidden//store") == "nfs")
    let spaced = try #require(try uncovered.place(of: "/mnt/with space/x").mount)
    #expect(spaced.description == "nfs4 of server:/a\\b at /mnt/with space")
    #expect(spaced.isNetwork)
  }

  @Test func `a walk meets what is mounted further down`() throws {
    let uncovered = MountTable(parsing: Array(lines(without: "37 ").utf8))
    let met = { (path: String) in uncovered.networkMount(of: try uncovered.place(of: path))?.path }
    #expect(try met("/mnt/lazy/a") == "/mnt/lazy")
    #expect(try met("/mnt") == "/mnt/with space")
    #expect(try met("/") == "/mnt/with space")
    #expect(try met("/mnt/la") == nil)
    #expect(try met("/srv/x") == nil)
  }

  private func lines(without start: String) -> String {
    """
    21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
    30 21 0:40 / /mnt/with\\040space rw - nfs4 server:/a\\134b rw
    31 21 0:41 / /mnt/covered rw - nfs4 server:/below rw
    32 31 0:42 / /mnt/covered rw - tmpfs tmpfs rw
    33 21 0:43 / /mnt/lazy rw - autofs auto.lazy rw
    34 33 0:44 / /mnt/lazy rw master:3 - fuse.sshfs root@host:/export rw
    35 21 0:43 / /mnt/waits rw - autofs auto.waits rw
    36 21 8:2 / /mnt/hidden rw - nfs server:/hidden rw
    """
  }

  @Test func `links on the way are followed, up to the first network file system`() throws {
    let temporary = try TemporaryDirectory()
    let root = try temporary.open()
    try root.makeSymbolicLink(.local("far"), target: Array("/mnt/hidden".utf8))
    try root.makeSymbolicLink(.local("near"), target: Array("./far/store".utf8))
    try root.makeSymbolicLink(.local("round"), target: Array("round".utf8))
    let uncovered = MountTable(parsing: Array(lines(without: "37 ").utf8))
    #expect(try uncovered.place(of: "\(temporary.path)/near/x").path == "/mnt/hidden/store/x")
    #expect(try uncovered.place(of: "\(temporary.path)/near/../x").mount?.kind == "nfs")
    #expect(try uncovered.place(of: "\(temporary.path)/none/x").mount?.kind == "ext4")
    #expect(throws: FileError.self) { try uncovered.place(of: "\(temporary.path)/round/x") }
  }

  @Test func `what fstab wants and is not mounted is missed`() throws {
    let configured = MountTable(
      parsingConfiguration: Array(
        """
        # <file system> <mount point> <type> <options> <dump> <pass>
        UUID=1 / ext4 defaults 0 1
        server:/gone /mnt/gone/ nfs4 defaults,_netdev 0 0
        server:/hidden /srv nfs noauto 0 0
        /dev/sdz1 /local ext4 defaults 0 0
        """.utf8))
    let missing = { (path: String) in table.missing(for: try table.place(of: path), in: configured)?.source }
    #expect(try missing("/mnt/gone") == "server:/gone")
    #expect(try missing("/mnt/gone/cache") == "server:/gone")
    #expect(try missing("/mnt/gone2") == nil)
    #expect(try missing("/srv/x") == "server:/hidden")
    #expect(try missing("/local/x") == nil)
  }

  @Test func `the table of this process has what the system says of a directory`() throws {
    let temporary = try TemporaryDirectory()
    let mount = try #require(try MountTable.current().place(of: temporary.path).mount)
    #expect(try mount.identifier == temporary.open().mountIdentifier)
    #expect(try MountTable.current().place(of: ".").mount != nil)
  }
}

/// The file system a file lies on, as far as it changes what the engine does.
package struct FileSystem: Sendable, Equatable {
  /// Lower-case name of the kind, or `unknown`.
  package let kind: String
  /// Whether other hosts, or a program, stand behind it: calls may hang, locks may not hold, mappings may fault.
  package let isNetwork: Bool
  /// What an unprivileged user may still write.
  package let freeByteCount: UInt64
  package let byteCount: UInt64

  init(magic: UInt64, freeByteCount: UInt64, byteCount: UInt64) {
    let known = FileSystem.known.first { $0.magic == magic }
    kind = known?.kind ?? "unknown"
    isNetwork = known?.isNetwork ?? false
    self.freeByteCount = freeByteCount
    self.byteCount = byteCount
  }

  /// The numbers of statfs(2). FUSE counts as network: sshfs, JuiceFS and s3fs are behind it.
  private static let known: [(magic: UInt64, kind: String, isNetwork: Bool)] = [
    (0xEF53, "ext4", false), (0x5846_5342, "xfs", false), (0x9123_683E, "btrfs", false), (0x0102_1994, "tmpfs", false),
    (0x794C_7630, "overlay", false), (0x2FC1_2FC1, "zfs", false), (0xF2F5_2010, "f2fs", false),
    (0x6969, "nfs", true), (0xFF53_4D42, "cifs", true), (0xFE53_4D42, "smb2", true), (0x517B, "smb", true),
    (0x6573_5546, "fuse", true), (0x0102_1997, "9p", true), (0x00C3_6400, "ceph", true), (0x5346_414F, "afs", true),
    (0x0BD0_0BD0, "lustre", true), (0x4750_4653, "gpfs", true), (0x0116_1970, "gfs2", true),
    (0x7461_636F, "ocfs2", true), (0x1983_0326, "beegfs", true), (0x2003_0528, "orangefs", true),
    (0x7375_7245, "coda", true),
  ]
}

/// A file system where it is mounted, as /proc/self/mountinfo tells it.
package struct MountPoint: Sendable, Equatable {
  /// The kernel's number of this mount. Another mount of the same file system has another.
  package let identifier: UInt64
  let parent: UInt64
  /// The part of the file system that is mounted: `/` but for bind mounts and subdirectories.
  let root: [UInt8]
  let pathBytes: [UInt8]
  /// As mount(8) calls it: `nfs4`, `fuse.sshfs`, `ext4`.
  package let kind: String
  /// What is mounted, as it was named: `server:/export`.
  package let source: String

  /// Where it is mounted. Safe to print.
  package var path: String { FileLocation(pathBytes).description }

  /// Whether other hosts, or a program, stand behind it: calls may hang.
  package var isNetwork: Bool {
    kind == "fuse" || kind == "fuseblk" || kind.hasPrefix("fuse.") || MountPoint.networkKinds.contains(kind)
  }

  /// Whether this is the same file system, mounted again.
  package func isSame(as other: MountPoint) -> Bool {
    kind == other.kind && source == other.source && root == other.root
  }

  /// `autofs` mounts a network file system when it is touched.
  private static let networkKinds: Set = [
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "ceph", "afs", "lustre", "gpfs", "gfs2", "ocfs2",
    "beegfs", "glusterfs", "orangefs", "pvfs2", "coda", "autofs",
  ]
}

extension MountPoint: CustomStringConvertible {
  package var description: String { "\(kind) of \(source) at \(path)" }
}

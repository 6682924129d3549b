internal import CSystemCalls
internal import Glibc

/// Permission, set-id and sticky bits.
package struct FileMode: Hashable, Sendable {
  /// 0 … 07777.
  package let bits: UInt16

  /// Bits above 07777 are dropped.
  package init(_ bits: UInt16) {
    self.bits = bits & 0o7777
  }

  /// Of what is written once and never again.
  package static let immutable = FileMode(0o444)
  /// What is made for whoever the umask lets: alone, or a group that shares a store.
  package static let file = FileMode(0o666)
  package static let directory = FileMode(0o777)
  package static let `private` = FileMode(0o600)
}

/// What a name in a directory stands for.
package enum FileKind: Sendable, Equatable {
  case file
  case directory
  case symbolicLink
  case fifo
  case socket
  case device
  case unknown
}

/// What is known of a file without reading it.
package struct FileStatus: Sendable, Equatable {
  package let kind: FileKind
  package let mode: FileMode
  package let byteCount: UInt64
  package let inode: UInt64
  package let device: UInt64
  package let linkCount: UInt64
  package let owner: UInt32
  package let group: UInt32
  package let modifiedNanoseconds: Int64
  package let changedNanoseconds: Int64

  init(_ raw: system_status) {
    kind = FileKind(mode: raw.mode)
    mode = FileMode(UInt16(truncatingIfNeeded: raw.mode))
    byteCount = raw.byte_count
    inode = raw.inode
    device = raw.device
    linkCount = raw.link_count
    owner = raw.owner
    group = raw.group
    modifiedNanoseconds = raw.modified_nanoseconds
    changedNanoseconds = raw.changed_nanoseconds
  }

  /// Whether both are of the same file, under whatever name.
  package func isSameFile(as other: FileStatus) -> Bool {
    inode == other.inode && device == other.device
  }
}

extension FileKind {
  init(mode: UInt32) {
    switch mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = .directory
    case S_IFLNK: self = .symbolicLink
    case S_IFIFO: self = .fifo
    case S_IFSOCK: self = .socket
    case S_IFBLK, S_IFCHR: self = .device
    default: self = .unknown
    }
  }

  /// From the type a directory gives beside a name; some file systems give none.
  init(listed type: UInt8) {
    switch Int32(type) {
    case Int32(DT_REG): self = .file
    case Int32(DT_DIR): self = .directory
    case Int32(DT_LNK): self = .symbolicLink
    case Int32(DT_FIFO): self = .fifo
    case Int32(DT_SOCK): self = .socket
    case Int32(DT_BLK), Int32(DT_CHR): self = .device
    default: self = .unknown
    }
  }
}

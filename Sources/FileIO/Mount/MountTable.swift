internal import Glibc
internal import Primitives

/// What is mounted where. Reading it touches nothing that is mounted, so it never hangs.
package struct MountTable: Sendable {
  /// In the order of the kernel: what is mounted over something comes behind it.
  package let mounts: [MountPoint]

  /// Lines beyond this are a system that nobody runs a store on.
  private static let byteCountMax = 16 << 20

  init(mounts: [MountPoint]) {
    self.mounts = mounts
  }

  /// The mounts that this process sees.
  /// - Throws: what reading /proc/self/mountinfo failed with, where there is no /proc.
  package static func current() throws(FileError) -> MountTable {
    MountTable(parsing: try bytes(of: "/proc/self/mountinfo"))
  }

  /// What /etc/fstab wants mounted; nothing where there is no such file. The numbers mean nothing.
  package static func configured() -> MountTable {
    MountTable(parsingConfiguration: (try? bytes(of: "/etc/fstab")) ?? [])
  }

  private static func bytes(of path: String) throws(FileError) -> [UInt8] {
    let location = FileLocation(Array(path.utf8))
    let descriptor = Descriptor(try Syscalls.open(path: location, flags: O_RDONLY))
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while bytes.count < byteCountMax {
      var result: Result<Int, FileError> = .success(0)
      unsafe buffer.withUnsafeMutableBytes { buffer in
        do throws(FileError) {
          result = .success(try unsafe Syscalls.readNext(descriptor.number, into: buffer, location))
        } catch {
          result = .failure(error)
        }
      }
      let count = try result.get()
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
    throw FileError(.read, location, .tooLarge)
  }
}

// MARK: - Text

extension MountTable {
  /// proc_pid_mountinfo(5): `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw`. Other lines are passed
  /// over.
  package init(parsing text: [UInt8]) {
    mounts = MountTable.lines(of: text).compactMap { fields in
      guard fields.count >= 9, let end = fields[6...].firstIndex(of: [UInt8(ascii: "-")]), end + 2 < fields.count,
        let identifier = MountTable.number(fields[0]), let parent = MountTable.number(fields[1])
      else { return nil }
      return MountPoint(
        identifier: identifier, parent: parent, root: fields[3], pathBytes: fields[4],
        kind: Printable.string(fields[end + 1]), source: Printable.string(fields[end + 2]))
    }
  }

  /// fstab(5): `server:/export /mnt nfs defaults 0 0`.
  package init(parsingConfiguration text: [UInt8]) {
    mounts = MountTable.lines(of: text).compactMap { fields in
      guard fields.count >= 3, fields[0].first != UInt8(ascii: "#"), fields[1].first == slash else { return nil }
      return MountPoint(
        identifier: 0, parent: 0, root: [slash], pathBytes: MountTable.withoutSlash(fields[1]),
        kind: Printable.string(fields[2]), source: Printable.string(fields[0]))
    }
  }

  private static func lines(of text: [UInt8]) -> [[[UInt8]]] {
    text.split(separator: UInt8(ascii: "\n")).map { line in
      line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.map { plain($0) }
    }
  }

  private static func number(_ field: [UInt8]) -> UInt64? { UInt64(String(decoding: field, as: UTF8.self)) }

  private static func withoutSlash(_ path: [UInt8]) -> [UInt8] {
    path.count > 1 && path.last == slash ? path.dropLast() : path
  }

  /// Spaces, tabs, line ends and backslashes stand there as three octal digits.
  private static func plain(_ field: ArraySlice<UInt8>) -> [UInt8] {
    guard field.contains(UInt8(ascii: "\\")) else { return Array(field) }
    var bytes: [UInt8] = []
    var rest = field
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      guard byte == UInt8(ascii: "\\"), digits.count == 3,
        let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      else {
        bytes.append(byte)
        continue
      }
      bytes.append(code)
      rest = rest.dropFirst(3)
    }
    return bytes
  }
}

private let slash = UInt8(ascii: "/")

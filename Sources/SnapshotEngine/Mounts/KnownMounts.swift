internal import FileIO
internal import Primitives

/// Remembers, on this host, which directories of stores and caches lay on a network file system: the bare mount point
/// of one that has gone is not taken for an empty directory.
///
/// A file for each, below the state directory: the kind, the source and the place of the mount, a line each. May be
/// lost at any time; then a mount that is missing is only noticed where /etc/fstab names it.
struct KnownMounts {
  struct Known {
    let description: String
    /// Where that is remembered.
    let file: String
  }

  private let directory: String?
  private static let byteCountMax = 16 << 10

  /// Without a directory for state, or where that itself lies on a network file system, nothing is remembered.
  init(_ configuration: EngineConfiguration, _ table: MountTable?) {
    let directory = (try? StateDirectory(configuration))?.mounts
    let isLocal = directory.flatMap { directory in try? table?.place(of: directory) }?.mount?.isNetwork == false
    self.directory = isLocal ? directory : nil
  }

  func known(at path: String) -> Known? {
    guard let directory else { return nil }
    let file = "\(directory)/\(KnownMounts.name(of: path))"
    guard let bytes = try? LocalFile.bytes(at: file, limit: KnownMounts.byteCountMax) else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { Printable.string(String($0)) }
    guard lines.count >= 3 else { return nil }
    return Known(description: "\(lines[0]) of \(lines[1]) at \(lines[2])", file: Printable.string(file))
  }

  /// What fails here is remembered next time.
  func remember(_ mount: MountPoint, at path: String) {
    guard let directory else { return }
    let text = Array("\(mount.kind)\n\(mount.source)\n\(mount.path)\n".utf8)
    guard let root = try? Directory.makeAll(path: directory), let name = LocalPath(KnownMounts.name(of: path)) else {
      return
    }
    if let bytes = try? LocalFile.bytes(at: "\(directory)/\(name)", limit: KnownMounts.byteCountMax), bytes == text {
      return
    }
    let writer = DurableWriter(temporaryDirectory: .local("tmp"), durability: .none, random: random)
    try? writer.replace(name, in: root, mode: .file) { file throws(FileError) in try file.write(text, at: 0) }
  }

  private static func name(of path: String) -> String {
    Digest.of(Array(DirectoryPlace.absolute(path).utf8)).hex
  }
}

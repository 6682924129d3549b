internal import FileIO
internal import Primitives

/// Remembers, on this host, where network file systems were mounted on which stores, caches or trees lay: the bare
/// mount point of one that has gone, and whatever is below it, is not taken for a directory of this host.
///
/// A file for each, below the state directory: the kind, the source and the place of the mount, a line each. May be
/// lost at any time; then a mount that is missing is only noticed where /etc/fstab names it.
struct KnownMounts {
  struct Known {
    let description: String
    let place: String
    /// Where that is remembered.
    let file: String
  }

  private let directory: String?
  private let table: MountTable?
  private static let byteCountMax = 16 << 10
  private static let countMax = 1_000

  /// Without a directory for state, or where that itself lies on a network file system, nothing is remembered.
  init(_ configuration: EngineConfiguration, _ table: MountTable?) {
    let directory = (try? StateDirectory(configuration))?.mounts
    let isLocal = directory.flatMap { directory in try? table?.place(of: directory) }?.mount?.isNetwork == false
    self.directory = isLocal ? directory : nil
    self.table = table
  }

  /// What was mounted where `path` lies, at whatever height, and is not now.
  func missing(at path: String, _ place: MountedPath) -> Known? {
    guard let directory else { return nil }
    // Earlier versions named the file by the path that was asked for: it counts for that, wherever the mount was.
    if let known = known("\(directory)/\(KnownMounts.name(of: DirectoryPlace.absolute(path)))") { return known }
    guard let place = place.path.map({ Printable.string($0) }) else { return nil }
    return all(in: directory).first { known in
      let isAbove = place == known.place || place.hasPrefix(known.place + "/")
      return isAbove && table?.mounts.contains { $0.path == known.place } == false
    }
  }

  /// What fails here is remembered next time.
  func remember(_ mount: MountPoint) {
    guard let directory, let name = LocalPath(KnownMounts.name(of: mount.path)) else { return }
    let text = Array("\(mount.kind)\n\(mount.source)\n\(mount.path)\n".utf8)
    guard let root = try? Directory.makeAll(path: directory) else { return }
    if let bytes = try? LocalFile.bytes(at: "\(directory)/\(name)", limit: KnownMounts.byteCountMax), bytes == text {
      return
    }
    let writer = DurableWriter(temporaryDirectory: .local("tmp"), durability: .none, random: random)
    try? writer.replace(name, in: root, mode: .file) { file throws(FileError) in try file.write(text, at: 0) }
  }

  private func all(in directory: String) -> [Known] {
    let names = (try? Directory(path: directory).list(limit: KnownMounts.countMax)) ?? []
    return names.compactMap { known("\(directory)/\(String(decoding: $0.name, as: UTF8.self))") }
  }

  private func known(_ file: String) -> Known? {
    guard let bytes = try? LocalFile.bytes(at: file, limit: KnownMounts.byteCountMax) else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { Printable.string(String($0)) }
    guard lines.count >= 3 else { return nil }
    return Known(
      description: "\(lines[0]) of \(lines[1]) at \(lines[2])", place: lines[2], file: Printable.string(file))
  }

  private static func name(of path: String) -> String { Digest.of(Array(path.utf8)).hex }
}

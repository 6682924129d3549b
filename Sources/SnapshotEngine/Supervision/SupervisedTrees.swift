internal import FileIO
internal import Glibc
internal import Primitives

/// The paths that a program touches itself, beside those of tiers, and that may hang it: those of a verb, and where
/// this host's own files stand, whatever the verb.
struct SupervisedTrees: Sendable {
  struct Tree: Sendable {
    /// As its user named it.
    let path: String
    /// The network file system there, or below.
    let mount: MountPoint?
  }

  let trees: [Tree]
  /// Those standard streams of this process that are files on a network file system.
  let streams: [Int32]

  /// Touches nothing that is mounted.
  init(_ paths: [String], _ configuration: EngineConfiguration) {
    guard configuration.mountHelper != .never, let table = try? MountTable.current() else {
      (trees, streams) = ([], [])
      return
    }
    let named = paths.map { path in
      Tree(path: path, mount: (try? table.place(of: path)).flatMap { table.networkMount(of: $0) })
    }
    let own = SupervisedTrees.own(configuration).compactMap { SupervisedTrees.onNetwork($0, table) }
    let redirected = (Int32(0)..<3).compactMap { stream in
      SupervisedTrees.file(of: stream, table).map { (stream: stream, tree: $0) }
    }
    let isAlways = configuration.mountHelper == .always
    trees = named.filter { isAlways || $0.mount != nil } + own + redirected.map(\.tree)
    streams = redirected.map(\.stream)
  }

  /// Where this host's own files stand, whatever is mounted below.
  private static func own(_ configuration: EngineConfiguration) -> [String] {
    [(try? StateDirectory(configuration))?.path, TemporaryFiles.directory].compactMap(\.self)
  }

  /// The kernel has the names of files that are open in its own memory.
  private static func file(of stream: Int32, _ table: MountTable) -> Tree? {
    guard let path = StandardStream.target(of: stream), path.hasPrefix("/") else { return nil }
    return onNetwork(path, table)
  }

  private static func onNetwork(_ path: String, _ table: MountTable) -> Tree? {
    guard let mount = (try? table.place(of: path))?.mount, mount.isNetwork else { return nil }
    return Tree(path: path, mount: mount)
  }
}

extension SupervisedTrees: CustomStringConvertible {
  var subject: String? { trees.first.map { Printable.string($0.path) } }

  /// For people: `copy (fuse.sshfs of host:/export at /mnt)`.
  var description: String {
    trees.map { tree in
      Printable.string(tree.path) + (tree.mount.map { " (\($0))" } ?? "")
    }.joined(separator: ", ")
  }
}

/// The standard streams of this process, as the kernel names them.
enum StandardStream {
  /// `pipe:[1234]`, `socket:[1234]`, `/dev/pts/0`, the path of a file. Nil for one that is not open.
  static func target(of descriptor: Int32) -> String? {
    var buffer = [CChar](repeating: 0, count: FileLimits.linkTargetByteCountMax)
    let count = unsafe readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

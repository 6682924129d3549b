internal import FileIO
internal import Primitives

/// What a directory lies on, once it is clear that it is not the bare mount point of a file system that has gone.
///
/// Read from the kernel's table of mounts and from what this host remembers: nothing that is mounted is touched.
struct StandingMount {
  /// Nil where the kernel does not say.
  let mount: MountPoint?

  /// - Throws: `.tierTimeout` when a network file system that belongs there is not mounted.
  init(_ path: String, _ configuration: EngineConfiguration) throws(EngineError) {
    let table = try? MountTable.current()
    let place = table.flatMap { try? $0.place(of: path) }
    mount = place?.mount
    guard configuration.mountHelper != .never, let table, let place else { return }
    if let gone = table.missing(for: place, in: .configured()) {
      throw StandingMount.gone(
        path, "\(gone)",
        advice: "Mount it: /etc/fstab wants it there. SNAPCTL_MOUNT_HELPER=never takes the directory as it is")
    }
    guard mount?.isNetwork != true else { return }
    guard let known = KnownMounts(configuration, table).missing(at: path, place) else { return }
    throw StandingMount.gone(
      path, known.description, advice: "Mount it again; or remove \(known.file), if the directory is meant as it is")
  }

  /// So that it is missed when it has gone. To be called when it has served.
  static func remember(_ mount: MountPoint?, _ configuration: EngineConfiguration) {
    guard let mount, mount.isNetwork else { return }
    KnownMounts(configuration, try? MountTable.current()).remember(mount)
  }

  /// Whether a directory that nobody named, and that is no more than useful, may be looked at: on a network mount of
  /// its own it could hang the call.
  static func isWithinReach(_ path: String, of known: String) -> Bool {
    guard let table = try? MountTable.current(), let mount = (try? table.place(of: path))?.mount else { return true }
    return !mount.isNetwork || mount == (try? table.place(of: known))?.mount
  }

  private static func gone(_ path: String, _ mount: String, advice: String) -> EngineError {
    EngineError(
      .tierTimeout, "\(Printable.string(path)): the mount has gone: \(mount)", subject: Printable.string(path),
      advice: advice)
  }
}

extension SnapshotEngine {
  /// Works on directories that are not tiers: none of them may be the bare mount point of a file system that has gone,
  /// and what they lie on is remembered once they have served.
  static func onTrees<Value>(
    _ paths: [String], _ configuration: EngineConfiguration, _ body: () throws(EngineError) -> Value
  ) throws(EngineError) -> Value {
    var mounts: [MountPoint?] = []
    for path in paths {
      let mount = try StandingMount(path, configuration).mount
      if let mount, mount.isNetwork, configuration.mountHelper != .never, !SupervisedProcess.isThis {
        DirectoryPlace.warn("\(Printable.string(path)) lies on \(mount.kind), which may hang this process for ever")
      }
      mounts.append(mount)
    }
    let value = try body()
    for mount in mounts { StandingMount.remember(mount, configuration) }
    return value
  }
}

internal import FileIO
internal import FileTier
internal import Glibc
internal import Logging
internal import MountTier
internal import ObjectTier
internal import Primitives

/// A directory in which a tier lies, and who touches it: this process, or a helper.
///
/// What is needed to decide that is read from the kernel's table of mounts, which touches nothing that is mounted.
struct DirectoryPlace: Sendable {
  /// As its user named it.
  let path: String
  /// What it lies on; nil where the kernel does not say.
  let mount: MountPoint?
  /// The helper; nil: this process.
  let program: MountProgram?
  private let configuration: EngineConfiguration

  /// - Throws: `.tierTimeout` when a network file system that belongs there is not mounted, `.usage` when a helper is
  /// wanted and there is none.
  init(_ path: String, _ configuration: EngineConfiguration) throws(EngineError) {
    self.path = path
    self.configuration = configuration
    mount = try StandingMount(path, configuration).mount
    program = try DirectoryPlace.program(for: mount, path, configuration)
  }

  /// Opens the tier.
  ///
  /// - Parameter isNeeded: false for a cache that may as well be done without: one that does not answer is left alone
  /// for a while.
  func open(_ options: FileObjectTier.Options, isNeeded: Bool = true) throws(TierError) -> any ObjectTier {
    guard let program else { return try FileObjectTier.open(path, options: options, random: random) }
    let tier = MountedTier(
      absolutePath, location: Printable.string(path), options: settings(options, program), mount: mount, clock: clock
    ) { DirectoryPlace.warn($0) }
    // Whoever has a deadline for all wants to have some of it left for the origin.
    let limit = configuration.deadlineSeconds.map { Deadline(seconds: isNeeded ? $0 : $0 / 2, from: clock) }
    do throws(TierError) {
      try tier.connect(by: limit ?? .never)
    } catch {
      guard !isNeeded, error.kind == .stalled else { throw error }
    }
    StandingMount.remember(mount, configuration)
    return tier
  }

  /// Whether other hosts, or a program, stand behind a tier that was opened here.
  func isNetwork(_ tier: any ObjectTier) throws(TierError) -> Bool {
    if let mount { return mount.isNetwork }
    return try (tier as? FileObjectTier)?.fileSystem().isNetwork ?? false
  }

  private func settings(_ options: FileObjectTier.Options, _ program: MountProgram) -> MountedTier.Options {
    var settings = MountedTier.Options(role: options.role, program: program)
    settings.createIfMissing = options.createIfMissing
    settings.durability = options.durability
    settings.stallSeconds = configuration.stallTimeoutSeconds
    // One that does not answer costs a stall limit again after each pause: of a cache a fifth of the time at most.
    let stall = configuration.stallTimeoutSeconds
    settings.pauseSeconds = options.role == .cache ? max(30, 4 * stall) : stall
    return settings
  }

  /// The helper stands in another directory.
  private var absolutePath: String { DirectoryPlace.absolute(path) }

  static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let here = unsafe getcwd(nil, 0) else { return path }
    defer { unsafe free(here) }
    return unsafe "\(String(cString: here))/\(path)"
  }

  /// For who looks at the log: the call goes on.
  static func warn(_ text: String) { logger.warning("\(text)") }

  private static let logger = Logger(label: "snapshot-engine")
}

// MARK: - The helper

extension DirectoryPlace {
  private static func program(
    for mount: MountPoint?, _ path: String, _ configuration: EngineConfiguration
  ) throws(EngineError) -> MountProgram? {
    let isWanted =
      switch configuration.mountHelper {
      case .always: true
      case .auto: mount?.isNetwork == true
      case .never: false
      }
    guard isWanted else { return nil }
    if let program = configuration.mountHelperProgram ?? programInPath() {
      return MountProgram(path: program, arguments: ["snapctl", SnapshotEngine.serveMountVerb, path])
    }
    let advice = "Name snapctl by SNAPCTL_HELPER, or as mountHelperProgram"
    guard configuration.mountHelper == .auto else {
      throw EngineError(.usage, "there is no program for a mount's helper process", subject: "helper", advice: advice)
    }
    let kind = mount?.kind ?? "a network file system"
    warn("\(Printable.string(path)) lies on \(kind), which may hang, and there is no program for a helper. \(advice)")
    return nil
  }

  /// `snapctl` in one of the directories of `PATH` that are local.
  private static func programInPath() -> String? {
    guard let variable = unsafe getenv("PATH"), let table = try? MountTable.current() else { return nil }
    let directories = unsafe String(cString: variable).split(separator: ":").filter { $0.hasPrefix("/") }
    return directories.prefix(64).map { "\($0)/snapctl" }.first { program in
      let isLocal = (try? table.place(of: program))?.mount?.isNetwork == false
      return unsafe isLocal && access(program, X_OK) == 0
    }
  }
}

internal import FileIO
internal import Primitives

/// The generations of a directory (formats/copy-state.md §4).
///
/// - A generation has its name when it is whole and durable, and is never changed afterwards.
/// - `current` always leads to one.
/// - One that goes is renamed away first, while nobody pins it; then it is removed.
struct Generations: Sendable {
  static let current: LocalPath = .local("current")

  private let tree: LocalTree
  private let random: any RandomSource
  private let clock: any MonotonicClock

  init(_ tree: LocalTree, random: any RandomSource, clock: any MonotonicClock) {
    self.tree = tree
    self.random = random
    self.clock = clock
  }

  /// All of them, the newest version first. What has such a name and is no directory is somebody else's.
  func names() throws(FileError) -> [GenerationName] {
    let names = try tree.directory.list().compactMap { GenerationName($0.name) }
    var generations: [GenerationName] = []
    for name in names where try tree.directory.statusIfPresent(of: name)?.kind == .directory {
      generations.append(name)
    }
    return generations.sorted { ($1.version, $0.text) < ($0.version, $1.text) }
  }

  /// Where `current` leads; nil where there is no such link.
  func newest() throws(FileError) -> GenerationName? {
    guard try tree.directory.statusIfPresent(of: Generations.current)?.kind == .symbolicLink else { return nil }
    return GenerationName(try tree.directory.readLink(Generations.current))
  }

  /// What a generation says its content is; nil for one that is not complete, or not there.
  func contentHash(of name: GenerationName) throws(FileError) -> Digest? {
    guard try tree.directory.statusIfPresent(of: name)?.kind == .directory else { return nil }
    return try Generations.contentHash(in: tree.directory.openDirectory(name))
  }

  static func contentHash(in generation: borrowing Directory) throws(FileError) -> Digest? {
    guard try generation.statusIfPresent(of: StatePath.complete)?.kind == .file else { return nil }
    let bytes = try generation.open(StatePath.complete, for: .read).readAll(limit: 256)
    guard bytes.last == UInt8(ascii: "\n"), let text = String(validating: bytes.dropLast(), as: UTF8.self) else {
      return nil
    }
    guard let digest = Hex.bytes(text), digest.count == Digest.byteCount else { return nil }
    return Digest(bytes: digest)
  }

  // MARK: Making

  /// Says, durably, that all of a tree is there and durable; and, where it is a part of its version, which.
  func seal(_ generation: borrowing Directory, contentHash: Digest, part: PartPatterns?) throws(FileError) {
    try generation.removeTree(StatePath.directory)
    try generation.makeDirectory(StatePath.directory)
    _ = try generation.open(StatePath.pin, for: .newFile(.file))
    if let part { try PartFile.write(part, in: generation) }
    try generation.openDirectory(StatePath.directory).sync()
    try generation.sync()
    let file = try generation.open(StatePath.complete, for: .newFile(.immutable))
    try file.write(Array((contentHash.hex + "\n").utf8), at: 0)
    try file.sync()
    try generation.openDirectory(StatePath.directory).sync()
  }

  /// Gives a sealed tree its name. What had that name is not what it should be, and is put away.
  func place(_ path: LocalPath, as name: GenerationName) throws(FileError) {
    if try tree.directory.statusIfPresent(of: name) == nil {
      try tree.directory.rename(path, to: name, .replace)
    } else {
      try tree.directory.exchange(path, with: name)
      try putAway(path)
    }
    try tree.directory.sync()
  }

  /// Lets `current` lead to a generation.
  func turn(to name: GenerationName) throws(FileError) {
    if try newest() == name { return }
    let next: LocalPath = .local(".snapctl/current")
    try tree.directory.unlinkIfPresent(next)
    try tree.directory.makeSymbolicLink(next, target: name.bytes)
    try tree.directory.rename(next, to: Generations.current, .replace)
    try tree.directory.sync()
  }

  // MARK: Removing

  /// Takes a generation away, unless somebody pins it. The caller holds the lock of the directory.
  ///
  /// Under the pin's lock the name goes; who opened the generation before and gets the lock after, finds that its name
  /// stands for it no more, and looks again.
  /// - Returns: false when it is pinned.
  func evict(_ name: GenerationName) throws(FileError) -> Bool {
    let generation = try tree.directory.openDirectory(name)
    guard let lock = try exclusive(generation) else { return false }
    let place = try putAway(name)
    try tree.directory.sync()
    try lock.release()
    // It is out of sight; what cannot be removed now goes with the next eviction.
    try? tree.directory.removeTree(place)
    return true
  }

  /// Whether somebody pins a generation now.
  func isPinned(_ name: GenerationName) throws(FileError) -> Bool {
    try exclusive(try tree.directory.openDirectory(name)) == nil
  }

  /// Removes what was put away and is not pinned any more, by whatever run. The caller holds the lock of the directory.
  func removeEvicted() throws(FileError) {
    guard try tree.directory.statusIfPresent(of: StatePath.evicted) != nil else { return }
    let evicted = try tree.directory.openDirectory(StatePath.evicted)
    for entry in try evicted.list() {
      if try evicted.status(of: entry).kind == .directory,
        try exclusive(try evicted.openDirectory(entry)) == nil
      {
        continue
      }
      try evicted.removeTree(entry)
    }
  }

  /// - Returns: where it is now.
  @discardableResult
  private func putAway(_ path: some PathBeneath) throws(FileError) -> LocalPath {
    if try tree.directory.statusIfPresent(of: StatePath.evicted) == nil {
      try tree.directory.makeDirectory(StatePath.evicted)
    }
    let name = LocalPath(UniqueName(high: random.next(), low: random.next()))
    let place = StatePath.evicted.appending(name) ?? StatePath.evicted
    try tree.directory.rename(path, to: place, .replace)
    return place
  }

  /// Nil when somebody pins it. One without a pin is nobody's.
  private func exclusive(_ generation: borrowing Directory) throws(FileError) -> FileLock? {
    if try generation.statusIfPresent(of: StatePath.directory) == nil {
      try generation.makeDirectory(StatePath.directory)
    }
    return try FileLock.exclusivePin(in: generation, clock)
  }
}

extension FileLock {
  /// The exclusive lock of a pin; nil when somebody holds it.
  ///
  /// Waits a moment: between its fork and its exec a child of some process has what that process just let go.
  static func exclusivePin(
    in directory: borrowing Directory, _ clock: some MonotonicClock
  ) throws(FileError) -> FileLock? {
    do throws(FileError) {
      let deadline = Deadline(seconds: 0.05, from: clock)
      return try acquire(StatePath.pin, in: directory, .exclusive, deadline: deadline, clock: clock)
    } catch {
      guard error.meaning == .timedOut else { throw error }
      return nil
    }
  }
}

internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotSync

/// Tries on a directory what a tier in it does (formats/store.md §4).
struct TierProbe {
  private let path: String
  private let catalog: CatalogKind?
  private let mark = UniqueName(random: random).hex

  /// Below this a few packs fill the file system.
  private static let freeByteCountMin: UInt64 = 256 << 20
  private static let roundCount = 8

  /// - Parameter catalog: what orders the commits of the store that lies there, if one does.
  init(_ path: String, catalog: CatalogKind?) {
    self.path = path
    self.catalog = catalog
  }

  func run(_ report: inout DoctorReport) {
    let tree: LocalTree
    do throws(FileError) {
      tree = LocalTree(try Directory(path: path))
    } catch {
      report.add("reach", false, "\(error)", "Look whether it is mounted, and whether this user may enter it")
      return
    }
    kind(tree, &report)
    space(tree, &report)
    let rights = "Give this user the right to write there, or mount it writable"
    guard
      report.attempt(
        "write", "a file can be created and written in tmp/", advice: rights,
        { () throws(FileError) in
          if try tree.directory.statusIfPresent(of: .local("tmp")) == nil {
            try tree.directory.makeDirectory(.local("tmp"))
          }
          try create(name("a"), in: tree)
        })
    else { return }
    semantics(tree, &report)
    clockSkew(tree, &report)
    latency(tree, &report)
    for letter in ["a", "b", "c"] { _ = try? tree.directory.unlinkIfPresent(name(letter)) }
  }

  private func name(_ letter: String) -> LocalPath { LocalPath("tmp/doctor-\(mark)-\(letter)") ?? .local("tmp/doctor") }

  private func create(_ path: LocalPath, in tree: LocalTree) throws(FileError) {
    let file = try tree.directory.open(path, for: .newFile(.file))
    try file.write([UInt8](repeating: 0x5A, count: 4_096), at: 0)
    try file.sync()
    try file.close()
  }

  // MARK: Checks

  private func kind(_ tree: LocalTree, _ report: inout DoctorReport) {
    guard let system = try? tree.directory.fileSystem() else { return }
    let place = system.isNetwork ? "\(system.kind), other hosts behind it" : "\(system.kind), local"
    let isFine = !(system.isNetwork && catalog == .rocksdb)
    report.add(
      "filesystem", isFine, isFine ? place : "\(place), and RocksDB orders the commits of one machine only",
      "Write to this store from one machine only, or make a new one with `snapctl init --catalog directory`")
  }

  private func space(_ tree: LocalTree, _ report: inout DoctorReport) {
    guard let system = try? tree.directory.fileSystem() else { return }
    let free = system.freeByteCount
    let missing = TierProbe.freeByteCountMin - min(free, TierProbe.freeByteCountMin)
    report.add(
      "space", missing == 0, "\(free) of \(system.byteCount) bytes are free",
      "Free \(missing) bytes or more: below \(TierProbe.freeByteCountMin) a few packs fill it")
  }

  private func semantics(_ tree: LocalTree, _ report: inout DoctorReport) {
    let unfit = "Two writers could overwrite each other here: do not keep a store on this file system"
    refused("exclusive", "creating a taken name", advice: unfit, &report) { () throws(FileError) in
      _ = try tree.directory.open(name("a"), for: .newFile(.file))
    }
    if report.attempt(
      "link", "a file can get a second name", advice: unfit,
      { () throws(FileError) in
        try tree.directory.link(name("a"), to: name("b"))
      })
    {
      refused("exclusiveLink", "linking to a taken name", advice: unfit, &report) { () throws(FileError) in
        try tree.directory.link(name("a"), to: name("b"))
      }
    }
    report.attempt("rename", "a name is replaced at once", advice: "Leases and intents need it") {
      () throws(FileError) in
      try create(name("c"), in: tree)
      try tree.directory.rename(name("c"), to: name("b"), .replace)
    }
    report.attempt("fsync", "files and directories are made durable", advice: "A crash could lose what was committed") {
      () throws(FileError) in
      try tree.directory.openDirectory(.local("tmp")).sync()
    }
  }

  /// What must fail because the name is taken.
  private func refused(
    _ check: String, _ what: String, advice: String, _ report: inout DoctorReport,
    _ body: () throws(FileError) -> Void
  ) {
    do throws(FileError) {
      try body()
      report.add(check, false, "\(what) is not refused", advice)
    } catch {
      let isRefused = error.meaning == .exists
      report.add(check, isRefused, isRefused ? "\(what) is refused" : "\(what): \(error)", advice)
    }
  }

  private func clockSkew(_ tree: LocalTree, _ report: inout DoctorReport) {
    let before = clock.now().milliseconds
    guard let status = try? fresh(tree) else { return }
    let after = clock.now().milliseconds
    let there = status.modifiedNanoseconds / 1_000_000
    report.clock(aheadMilliseconds: there < before ? there - before : max(0, there - after))
  }

  private func fresh(_ tree: LocalTree) throws(FileError) -> FileStatus {
    try create(name("c"), in: tree)
    let status = try tree.directory.status(of: name("c"))
    try tree.directory.unlink(name("c"))
    return status
  }

  /// How long a durable write and a look take: the middle one of a few.
  private func latency(_ tree: LocalTree, _ report: inout DoctorReport) {
    var writes: [UInt64] = []
    var looks: [UInt64] = []
    for _ in 0..<TierProbe.roundCount {
      let start = clock.nanoseconds()
      guard (try? fresh(tree)) != nil else { return }
      let written = clock.nanoseconds()
      _ = try? tree.directory.statusIfPresent(of: name("a"))
      writes.append(written - start)
      looks.append(clock.nanoseconds() - written)
    }
    report.latency(writes, looks)
  }
}

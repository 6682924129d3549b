internal import FileIO
internal import ObjectTier
internal import Primitives
internal import Synchronization

/// Counts up, on this host, how caches served the calls on one store, for `stats`.
///
/// A file of a line in the state directory, replaced under a lock at the end of each call that read through a cache. It
/// may be lost at any time, a killed call is not in it, and one that does not get the lock soon adds to the next one.
final class CacheLedger: Sendable {
  /// What was counted since when.
  struct Totals: Sendable, Equatable {
    var since: Timestamp
    var service = CacheService(CacheCounters())
  }

  private static let file: LocalPath = .local("cache")
  private static let lock: LocalPath = .local("cache.lock")
  private static let byteCountMax = 256
  private static let lockSeconds = 0.2

  private struct State {
    var counted = CacheCounters()
    /// Nil until somebody asks: most calls have no cache, and to know it means to read all mounts.
    var isLocal: Bool?
  }

  /// Nil where there is no such directory.
  private let directory: String?
  private let state = Mutex(State())

  init(_ store: UniqueName, _ configuration: EngineConfiguration) {
    directory = (try? StateDirectory(configuration))?.ledger(of: store)
  }

  /// Adds what came since the last call of this process; where another call is at it, that or the next one does.
  func add(_ counters: () -> CacheCounters) {
    _ = state.withLockIfAvailable { state in
      // Read here: of two calls the one that read first may come last.
      let counters = counters()
      let service = CacheService(counters - state.counted)
      guard service != CacheService(CacheCounters()), let directory = kept(&state),
        (try? CacheLedger.add(service, in: directory)) != nil
      else { return }
      state.counted = counters
    }
  }

  /// Nil where nothing is known.
  func totals() -> Totals? {
    guard let path = state.withLock({ kept(&$0) }), let directory = try? Directory(path: path) else { return nil }
    return CacheLedger.totals(in: directory)
  }

  /// Nil where nothing is kept: there is no directory, or it lies on a network file system.
  private func kept(_ state: inout State) -> String? {
    guard let directory else { return nil }
    let isLocal = state.isLocal ?? ((try? MountTable.current().place(of: directory))?.mount?.isNetwork == false)
    state.isLocal = isLocal
    return isLocal ? directory : nil
  }

  private static func add(_ service: CacheService, in path: String) throws(FileError) {
    let directory = try Directory.makeAll(path: path)
    let deadline = Deadline(seconds: lockSeconds, from: clock)
    let held = try FileLock.acquire(lock, in: directory, .exclusive, deadline: deadline, clock: clock)
    defer { withExtendedLifetime(held) {} }
    var totals = totals(in: directory) ?? Totals(since: clock.now())
    totals.service = totals.service + service
    let writer = DurableWriter(temporaryDirectory: .local("tmp"), durability: .none, random: random)
    let text = Array(totals.line.utf8)
    do throws(DurableWriteError) {
      try writer.replace(file, in: directory, mode: .file) { file throws(FileError) in try file.write(text, at: 0) }
    } catch {
      throw error.cause
    }
  }

  private static func totals(in directory: borrowing Directory) -> Totals? {
    guard let bytes = try? directory.open(file, for: .read).readAll(limit: byteCountMax) else { return nil }
    return Totals(line: String(decoding: bytes, as: UTF8.self))
  }
}

extension CacheLedger.Totals {
  /// The time, and the counts in the order of their fields.
  var line: String {
    ([since.milliseconds] + service.counts.map { Int64(clamping: $0) }).map { "\($0)" }.joined(separator: " ") + "\n"
  }

  init?(line: String) {
    let numbers = line.split(whereSeparator: \.isWhitespace).map { Int64($0) }
    guard let since = numbers.first.flatMap(\.self), line.hasSuffix("\n"), numbers.count == 7 else { return nil }
    let counts = numbers.dropFirst().compactMap { $0.flatMap { UInt64(exactly: $0) } }
    guard counts.count == 6 else { return nil }
    self.init(since: Timestamp(milliseconds: since), service: CacheService(counts))
  }
}

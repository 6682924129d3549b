import Foundation
import Glibc
@testable import MountTier
import ObjectTier
import Primitives
import SnapshotFormat
import Synchronization
import TestFiles
import TestTiers
import Testing

/// What a tier does whose helper process does not do its work.
@Suite struct MountedTierTests {
  private let temporary: TemporaryDirectory
  private let pack = ObjectKey.pack(UniqueName(high: 1, low: 2))
  private let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
  private let clock = SystemClock()

  init() throws {
    temporary = try TemporaryDirectory()
  }

  private func tier(
    _ program: MountProgram = TestHelper.program, stall: Double = 30, pause: Double = 30
  ) -> MountedTier {
    var options = MountedTier.Options(role: .cache, program: program)
    options.createIfMissing = true
    options.stallSeconds = stall
    options.pauseSeconds = pause
    return MountedTier("\(temporary.path)/tier", options: options, clock: clock)
  }

  private func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = clock.nanoseconds()
    try body()
    return Double(clock.nanoseconds() - start) / 1e9
  }

  private func failure(_ body: () throws -> some Any) -> TierError.Kind? {
    #expect(throws: TierError.self) { _ = try body() }?.kind
  }

  private func process(_ tier: MountedTier) throws -> pid_t { try #require(tier.helperProcess) }

  /// Whether it ended: what nobody has taken note of yet did, too.
  private func isGone(_ process: pid_t) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return true }
    return status.split(separator: ")").last?.hasPrefix(" Z") != false
  }

  /// Stops a process, and waits until each of its threads stands.
  private func stop(_ process: pid_t) throws {
    kill(process, SIGSTOP)
    let limit = Deadline(seconds: 10, from: clock)
    while try !isStopped(process) {
      try #require(!limit.hasPassed(on: clock), "\(process) goes on")
      clock.sleep(nanoseconds: 1_000_000)
    }
  }

  private func isStopped(_ process: pid_t) throws -> Bool {
    let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")
    return try threads.allSatisfy { thread in
      let status = try String(contentsOfFile: "/proc/\(process)/task/\(thread)/stat", encoding: .utf8)
      return status.split(separator: ")").last?.hasPrefix(" T") == true
    }
  }

  private func waitUntilGone(_ process: pid_t) throws {
    let limit = Deadline(seconds: 10, from: clock)
    while !isGone(process) {
      try #require(!limit.hasPassed(on: clock), "\(process) goes on")
      clock.sleep(nanoseconds: 5_000_000)
    }
  }

  // MARK: It does not answer

  @Test func `one that hangs is given up at the stall limit, then left alone, then tried again`() throws {
    let tier = tier(stall: 0.5, pause: 1)
    #expect(try tier.create(pack, bytes) == .created)
    let stopped = try process(tier)
    try stop(stopped)
    let waited = seconds { #expect(failure { try tier.read(pack, limit: 1 << 20) } == .stalled) }
    #expect((0.5..<1.5).contains(waited))
    let refused = seconds { #expect(failure { try tier.read(pack, limit: 1 << 20) } == .stalled) }
    #expect(refused < 0.2)
    try waitUntilGone(stopped)
    clock.sleep(nanoseconds: 1_100_000_000)
    #expect(try tier.read(pack, limit: 1 << 20) == bytes)
    #expect(try process(tier) != stopped)
  }

  @Test func `all who wait for it are told at the same time`() throws {
    let tier = tier(stall: 0.5)
    try tier.connect(by: .never)
    try stop(try process(tier))
    let kinds = Mutex<[TierError.Kind?]>([])
    let waited = try seconds {
      let threads = try (0..<20).map { _ in
        try PosixThread {
          let kind: TierError.Kind?
          do throws(TierError) {
            _ = try tier.byteCount(of: pack)
            kind = nil
          } catch {
            kind = error.kind
          }
          kinds.withLock { $0.append(kind) }
        }
      }
      for thread in threads { thread.join() }
    }
    #expect(kinds.withLock { $0 } == Array(repeating: .stalled, count: 20))
    #expect(waited < 1.5)
  }

  @Test func `a write whose answer does not come may have landed`() throws {
    let tier = tier(stall: 0.3)
    try tier.connect(by: .never)
    try stop(try process(tier))
    let error = #expect(throws: TierError.self) { try tier.create(pack, bytes) }
    #expect(error?.kind == .outcomeUnknown)
    #expect(error?.cause == .stalled)
    #expect(error?.withoutDoubt.kind == .stalled)
  }

  @Test func `a deadline ends the wait and not the helper`() throws {
    let tier = tier()
    #expect(try tier.create(pack, bytes) == .created)
    let slow = try process(tier)
    try stop(slow)
    defer { kill(slow, SIGCONT) }
    for _ in 0..<10 {
      // More often than there are slots: then they are all taken, and nobody waits longer for that.
      let bounded = tier.bounded(by: Deadline(seconds: 0.1, from: clock))
      let waited = seconds { #expect(failure { try bounded.read(pack, limit: 1 << 20) } == .stalled) }
      #expect(waited < 1.1)
    }
    kill(slow, SIGCONT)
    #expect(try tier.read(pack, limit: 1 << 20) == bytes)
    #expect(try process(tier) == slow)
  }

  @Test func `a cache whose helper stands still leaves the origin half of a deadline below the stall limit`() throws {
    let cache = tier(stall: 30)
    let origin = MemoryTier(.origin)
    let cached = CachedTier(origin: origin, cache: cache, clock: clock, random: SystemRandomSource())
    #expect(try cached.create(pack, bytes) == .created)
    let stopped = try process(cache)
    try stop(stopped)
    defer { kill(stopped, SIGCONT) }
    let bounded = cached.bounded(by: Deadline(seconds: 2, from: clock))
    var served: [[UInt8]] = []
    let waited = try seconds { served.append(try bounded.read(pack, limit: 1 << 20)) }
    #expect((0.9..<2.0).contains(waited))
    let again = try seconds { served.append(try bounded.read(pack, limit: 1 << 20)) }
    #expect(again < waited / 2)
    #expect(served == [bytes, bytes])
  }

  @Test func `waiting goes on as long as something moves`() {
    let clock = TickingClock()
    let wait = MountWait(stallNanoseconds: 100, deadline: Deadline(seconds: 1e-6, from: clock), clock: clock)
    var watch = MountWait.Watch(wait, moves: 0)
    for moves in 1...9 {
      clock.add(99)
      #expect(watch.verdict(moves: UInt64(moves)) == nil)
    }
    clock.add(99)
    #expect(watch.verdict(moves: 9) == nil)
    clock.add(1)
    #expect(watch.verdict(moves: 9)?.kind == .stalled)
    clock.add(9)
    #expect(watch.verdict(moves: 10)?.kind == .late)
  }

  // MARK: It ends

  @Test func `one that is killed is started again, and what changes nothing is asked again`() throws {
    let tier = tier()
    #expect(try tier.create(pack, bytes) == .created)
    let first = try process(tier)
    kill(first, SIGKILL)
    try waitUntilGone(first)
    #expect(try tier.read(pack, limit: 1 << 20) == bytes)
    let second = try process(tier)
    #expect(second != first)
    kill(second, SIGKILL)
    try waitUntilGone(second)
    #expect(failure { try tier.read(pack, limit: 1 << 20) } == .stalled, "twice within the pause is too often")
    #expect(tier.helperProcess == nil)
  }

  @Test func `a write during which it is killed may have landed`() throws {
    let tier = tier()
    try tier.connect(by: .never)
    let helper = try process(tier)
    try stop(helper)
    let error = Mutex<TierError?>(nil)
    let writer = try PosixThread {
      do throws(TierError) { _ = try tier.create(pack, bytes) } catch let failure { error.withLock { $0 = failure } }
    }
    clock.sleep(nanoseconds: 200_000_000)
    kill(helper, SIGKILL)
    writer.join()
    #expect(error.withLock { $0 }?.kind == .outcomeUnknown)
    #expect(try tier.create(pack, bytes) == .created, "the next helper does it")
  }

  @Test func `it ends when nobody holds the tier any more`() throws {
    let helper: pid_t
    do {
      let tier = tier()
      #expect(try tier.create(pack, bytes) == .created)
      helper = try process(tier)
      #expect(!isGone(helper))
    }
    try waitUntilGone(helper)
  }

  @Test func `a program that is not there is no helper`() {
    let tier = tier(MountProgram(path: "\(temporary.path)/none", arguments: ["none"]))
    let waited = seconds { #expect(failure { try tier.read(pack, limit: 1) } == .failed) }
    #expect(waited < 1)
  }

  // MARK: The mount has gone

  /// Whether a command went well.
  private func run(_ command: String, _ arguments: String...) -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: command)
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  @Test(.enabled(if: geteuid() == 0, "only root can mount"))
  func `the bare mount point is not taken for the store that lay there`() throws {
    let place = "\(temporary.path)/tier"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    // In a container without the right to mount there is nothing to see.
    guard run("/bin/mount", "-t", "tmpfs", "snapshot-engine-tests", place) else { return }
    defer { _ = run("/bin/umount", "-l", place) }
    let tier = tier(pause: 0.1)
    #expect(try tier.create(pack, bytes) == .created)
    kill(try process(tier), SIGKILL)
    #expect(run("/bin/umount", "-l", place))
    let error = #expect(throws: TierError.self) { try tier.create(pack, bytes) }
    #expect(error?.kind == .stalled || error?.kind == .outcomeUnknown)
    let again = #expect(throws: TierError.self) { try tier.connect(by: .never) }
    #expect(again?.reason.contains("the mount has gone: tmpfs of snapshot-engine-tests at \(place)") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: place).isEmpty)
    clock.sleep(nanoseconds: 150_000_000)
    #expect(run("/bin/mount", "-t", "tmpfs", "snapshot-engine-tests", place))
    #expect(try tier.create(pack, bytes) == .created, "mounted again, it is the store again")
  }

  // MARK: It is mad

  @Test(arguments: TestHelper.Fault.allCases)
  func `nothing it says or does harms its engine`(_ fault: TestHelper.Fault) throws {
    let tier = tier(try TestHelper.misbehaving(fault, in: temporary), stall: 1)
    let waited = try seconds {
      try tier.connect(by: .never)
      _ = failure { try tier.read(pack, range: 0..<1_000) }
      #expect(failure { try tier.read(pack, limit: 5) } != nil)
    }
    #expect(waited < 5)
  }

  @Test func `bytes that are no message are refused, whatever they are`() throws {
    let random = SeededRandomSource(seed: 20_261)
    print("seed 20261")
    let samples = [MountRequest(.open, "/a path", first: 7).encoded, MountReply(value: 3, byteCount: 9).encoded]
    for round in 0..<20_000 {
      var message = samples[round % 2]
      let place = Int(random.next() % UInt64(message.count))
      if round % 3 == 0 { message.removeLast(place) } else { message[place] = UInt8(truncatingIfNeeded: random.next()) }
      // What still is a message says no more than a slot holds.
      if let reply = try? MountReply(decoding: message) { #expect(reply.byteCount <= 64 << 20) }
      if let request = try? MountRequest(decoding: message) { #expect(request.name.utf8.count <= 4_096) }
    }
    #expect(try MountRequest(decoding: samples[0]) == MountRequest(.open, "/a path", first: 7))
    #expect(try MountReply(decoding: samples[1]) == MountReply(value: 3, byteCount: 9))
  }

  @Test(arguments: [
    TierError.Kind.notFound, .tooShort(byteCount: 3), .tooLarge(byteCount: 4), .outcomeUnknown, .unsynced(isFull: true),
    .unsynced(isFull: false), .noSpace(missing: nil), .noSpace(missing: 5), .stalled, .denied, .failed,
  ])
  func `every error comes over as it was`(_ kind: TierError.Kind) throws {
    let cause: TierError.Kind? = kind == .outcomeUnknown ? .stalled : nil
    let error = TierError(kind, key: pack, location: "there", reason: String(repeating: "ä", count: 700), cause: cause)
    let reply = try MountReply(decoding: MountReply(error).encoded)
    let shortened = TierError(
      kind, key: pack, location: "there", reason: String(repeating: "ä", count: 512), cause: cause)
    #expect(reply.failure(pack, "there") == shortened)
  }

  // MARK: It does its work

  @Test func `more requests than slots at once all get their own answer`() throws {
    let tier = tier()
    let keys = (0..<24).map { ObjectKey.pack(UniqueName(high: 5, low: UInt64($0))) }
    let right = Mutex(0)
    let threads = try keys.enumerated().map { number, key in
      try PosixThread {
        let object = [UInt8](repeating: UInt8(number), count: 3_000_000)
        guard (try? tier.create(key, object)) == .created else { return }
        for _ in 0..<5 where (try? tier.read(key, limit: 4_000_000)) == object { right.withLock { $0 += 1 } }
      }
    }
    for thread in threads { thread.join() }
    #expect(right.withLock { $0 } == 24 * 5)
  }

  @Test func `objects of the largest size go through`() throws {
    let tier = tier()
    let large = [UInt8](repeating: 7, count: 64 << 20)
    #expect(try tier.create(pack, large) == .created)
    #expect(try tier.read(pack, range: 0..<UInt64(large.count)) == large)
    #expect(failure { try tier.read(pack, range: 0..<UInt64(large.count + 1)) } == .tooLarge(byteCount: 67_108_865))
    #expect(failure { try tier.create(.store, large + [1]) } == .tooLarge(byteCount: 67_108_865))
  }
}

/// A clock that goes on when it is told to.
private final class TickingClock: MonotonicClock {
  private let now = Atomic<UInt64>(1_000)

  func nanoseconds() -> UInt64 { now.load(ordering: .relaxed) }
  func sleep(nanoseconds: UInt64) { add(nanoseconds) }
  func add(_ nanoseconds: UInt64) { now.add(nanoseconds, ordering: .relaxed) }
}

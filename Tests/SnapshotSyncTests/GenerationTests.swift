import FileIO
import Foundation
import Glibc
import Primitives
import SnapshotFormat
import SnapshotStore
import SnapshotSync
import Synchronization
import Testing

@Suite struct `generations` {
  private func fixture(versions: Int = 3) throws -> Fixture {
    let fixture = try Fixture()
    for step in 0..<versions {
      try fixture.write(seededBytes(150_000, seed: 1)[..<90_000] + seededBytes(60_000, seed: UInt64(step)), "d/a")
      try fixture.write([UInt8(step)], "e")
      try fixture.create()
    }
    return fixture
  }

  private func name(_ version: UInt64, _ fixture: Fixture) throws -> String {
    GenerationName(version: version, contentHash: try fixture.row(version).contentHash).text
  }

  private func evict(_ fixture: Fixture, keep: Int = 1, isDryRun: Bool = false) throws -> Eviction {
    try SnapshotSync.evict(
      fixture.copy, keep: keep, isDryRun: isDryRun, random: SystemRandomSource(), control: fixture.control,
      lockDeadline: Deadline(seconds: 5, from: fixture.clock))
  }

  private func pin(_ fixture: Fixture) throws -> PinnedGeneration {
    try PinnedGeneration.pin(
      in: fixture.copy, deadline: Deadline(seconds: 5, from: fixture.clock), clock: fixture.clock)
  }

  @Test func `are not mistaken for links and files of such a name, which stay`() throws {
    let fixture = try fixture()
    try fixture.sync(1) { $0.style = .generations }
    try fixture.shell("ln -s /nowhere copy/gen-99-00000000; echo mine > copy/gen-98-00000000")
    try fixture.sync(2) {
      $0.style = .generations
      $0.generationCount = 1
    }
    #expect(try evict(fixture).kept == [try GenerationName(Array(name(2, fixture).utf8))])
    try fixture.shell("test -L copy/gen-99-00000000 -a -f copy/gen-98-00000000")
  }

  @Test func `are not what a plain copy becomes, nor the other way, at the very version too`() throws {
    let fixture = try fixture()
    try fixture.sync(1)
    #expect(throws: SyncError.self) { try fixture.sync(1) { $0.style = .generations } }
    try fixture.shell("mv copy plain")
    try fixture.sync(1) { $0.style = .generations }
    for style in [SyncRequest.Style.exchange, .inPlace] {
      #expect(throws: SyncError.self) { try fixture.sync(1) { $0.style = style } }
    }
  }

  @Test func `say that they are complete, and of what`() throws {
    let fixture = try fixture()
    try fixture.sync(1) { $0.style = .generations }
    let hash = try fixture.row(1).contentHash
    try fixture.shell("test \"$(cat copy/current/.snapctl/COMPLETE)\" = \(hash.hex)")
    #expect(try pin(fixture).contentHash == hash)
    try fixture.shell("chmod u+w copy/current/.snapctl/COMPLETE; rm copy/current/.snapctl/COMPLETE")
    #expect(throws: SyncError.self) { try pin(fixture) }
  }

  /// Whoever looks finds a whole generation behind `current`, at every moment.
  @Test(arguments: [false, true])
  func `are whole and current after a failure at any call`(isForEver: Bool) throws {
    let fixture = try fixture()
    try fixture.sync(1) { $0.style = .generations }
    try fixture.shell("cp -a copy pristine")
    // A disk that fails for ever is looked at from every third call on.
    let step = isForEver ? 3 : 1
    var point = 1 - step
    while true {
      point += step
      let fault = Fault(at: point, isForEver: isForEver)
      _ = SystemCallHook.during(decide: fault.decide) { Result { try fixture.sync(2) { $0.style = .generations } } }
      guard fault.wasMet else { break }
      let current = try pin(fixture).name
      #expect(try fixture.isCopy(of: current.version, "\(fixture.copy)/current"), "point \(point)")
      try fixture.sync(2) { $0.style = .generations }
      #expect(try pin(fixture).name.version == 2, "point \(point)")
      #expect(try fixture.isCopy(of: 2, "\(fixture.copy)/current"), "point \(point)")
      try fixture.shell("test \"$(ls copy | wc -l)\" = 3; rm -rf copy; cp -a pristine copy")
      guard point < 500 else { break }
    }
    #expect(point > 20 && point < 500)
  }

  @Test func `begin anew after a first sync that failed at any call`() throws {
    let fixture = try fixture(versions: 1)
    for point in stride(from: 1, to: 500, by: 3) {
      let fault = Fault(at: point, isForEver: true)
      _ = SystemCallHook.during(decide: fault.decide) { Result { try fixture.sync(1) { $0.style = .generations } } }
      guard fault.wasMet else { return }
      try fixture.sync(1) { $0.style = .generations }
      #expect(try fixture.isCopy(of: 1, "\(fixture.copy)/current"), "point \(point)")
      try fixture.shell("rm -rf copy")
    }
    Issue.record("no end")
  }

  @Test func `that are there are used again, when they are what they were`() throws {
    let fixture = try fixture()
    for version in [1, 2] as [UInt64] { try fixture.sync(version) { $0.style = .generations } }
    let back = try fixture.sync(1) { $0.style = .generations }.result
    #expect(back.bytesWritten == 0)
    #expect(try fixture.isCopy(of: 1, "\(fixture.copy)/current"))
    try fixture.shell("printf X | dd of=copy/\(name(2, fixture))/d/a bs=1 seek=9 conv=notrunc 2> /dev/null")
    try fixture.sync(2) { $0.style = .generations }
    #expect(try fixture.isCopy(of: 2, "\(fixture.copy)/current"))
    try fixture.shell("test ! -e copy/.snapctl/evicted || test -z \"$(ls copy/.snapctl/evicted)\"")
  }

  @Test func `that were altered are replaced, and who pinned them keeps them`() throws {
    let fixture = try fixture()
    try fixture.sync(1) { $0.style = .generations }
    let pinned = try pin(fixture)
    try fixture.shell("exec 3< copy/current/e; printf X | dd of=copy/current/d/a bs=1 seek=9 conv=notrunc 2> /dev/null")
    let result = try fixture.sync(1) { $0.style = .generations }.result
    #expect(result.localChangesReverted == 1)
    #expect(try fixture.isCopy(of: 1, "\(fixture.copy)/current"))
    try fixture.shell("test \"$(ls copy/.snapctl/evicted | wc -l)\" = 1")
    pinned.release()
    _ = try evict(fixture)
    try fixture.shell("test -z \"$(ls copy/.snapctl/evicted)\"; test -e copy/\(name(1, fixture))")
  }

  @Test func `go when they are old, but for the pinned`() throws {
    let fixture = try fixture(versions: 5)
    var pinned: PinnedGeneration?
    for version in 1...5 as ClosedRange<UInt64> {
      try fixture.sync(version) { $0.style = .generations }
      if version == 2 { pinned = try pin(fixture) }
    }
    #expect(try evict(fixture, keep: 2, isDryRun: true).candidates.map(\.name.version) == [3, 2, 1])
    #expect(try fixture.isCopy(of: 1, "\(fixture.copy)/\(name(1, fixture))"))
    let eviction = try evict(fixture, keep: 2)
    #expect(eviction.kept.map(\.version) == [5, 4])
    #expect(eviction.candidates.map(\.isPinned) == [false, true, false])
    #expect(eviction.candidates.allSatisfy { $0.byteCount == 150_001 })
    #expect(try fixture.isCopy(of: 2, "\(fixture.copy)/\(name(2, fixture))"))
    pinned?.release()
    #expect(try evict(fixture).candidates.map(\.name.version) == [4, 2])
    try fixture.shell("test \"$(ls copy)\" = \"current\n\(name(5, fixture))\"")
  }

  @Test func `stay as many as a sync is told`() throws {
    let fixture = try fixture(versions: 4)
    for version in 1...4 as ClosedRange<UInt64> {
      try fixture.sync(version) {
        $0.style = .generations
        $0.generationCount = 2
      }
    }
    try fixture.shell("test \"$(ls -d copy/gen-* | wc -l)\" = 2; test -e copy/\(name(3, fixture))")
  }

  @Test func `leave nothing when their eviction was killed halfway`() throws {
    let fixture = try fixture()
    for version in 1...3 as ClosedRange<UInt64> { try fixture.sync(version) { $0.style = .generations } }
    try fixture.shell("cp -a copy pristine")
    for point in stride(from: 1, to: 500, by: 3) {
      let fault = Fault(at: point, isForEver: true)
      _ = SystemCallHook.during(decide: fault.decide) { Result { try evict(fixture) } }
      guard fault.wasMet else { return }
      #expect(try fixture.isCopy(of: 3, "\(fixture.copy)/current"), "point \(point)")
      _ = try evict(fixture)
      try fixture.shell("test \"$(ls copy | wc -l)\" = 2; test -z \"$(ls copy/.snapctl/evicted)\"")
      try fixture.shell("rm -rf copy; cp -a pristine copy")
    }
    Issue.record("no end")
  }

  /// Readers that pin and look, while versions come and go.
  @Test func `are never taken from under a reader`() throws {
    let fixture = try fixture(versions: 6)
    try fixture.sync(1) { $0.style = .generations }
    let isOver = Mutex(false)
    let looks = Mutex(0)
    let hashes = try (1...6 as ClosedRange<UInt64>).map { try fixture.row($0).contentHash }
    let (copy, clock) = (fixture.copy, fixture.clock)
    let readers = (0..<2).map { _ in
      BlockingThread {
        while !isOver.withLock({ $0 }) {
          let deadline = Deadline(seconds: 5, from: clock)
          guard let pinned = try? PinnedGeneration.pin(in: copy, deadline: deadline, clock: clock) else {
            Issue.record("nothing to pin")
            return
          }
          let path = "\(copy)/\(pinned.name.text)"
          let hash = try? TreeHash.hash(TreeInput(path: path), jobs: 1).contentHash
          #expect(hash == hashes[Int(pinned.name.version) - 1])
          pinned.release()
          looks.withLock { $0 += 1 }
        }
      }
    }
    for version in [2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6] as [UInt64] {
      try fixture.sync(version) {
        $0.style = .generations
        $0.generationCount = 1
      }
    }
    isOver.withLock { $0 = true }
    for case let reader? in readers { reader.join() }
    #expect(looks.withLock { $0 } > 5)
  }
}

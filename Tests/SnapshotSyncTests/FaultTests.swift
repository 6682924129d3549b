import FileIO
import Foundation
import Glibc
import Primitives
import SnapshotStore
import SnapshotSync
import Synchronization
import Testing

@Suite struct `a sync that fails` {
  private func versions() throws -> Fixture {
    let fixture = try Fixture()
    try fixture.write(seededBytes(150_000, seed: 1), "d/a")
    try fixture.write(seededBytes(1_000, seed: 2), "d/same")
    try fixture.write([1], "e")
    try fixture.create()
    try fixture.write(seededBytes(150_000, seed: 1)[..<80_000] + seededBytes(90_000, seed: 3), "d/a")
    try fixture.shell("rm source/e; mkdir source/e; echo n > source/e/n; ln -s e source/link; chmod 600 source/d/same")
    try fixture.create()
    try fixture.sync(1)
    return fixture
  }

  @Test(arguments: [false, true])
  func `at any call leaves the version before or the one after, and the next one succeeds`(isForEver: Bool) throws {
    let fixture = try versions()
    try fixture.shell("cp -a copy pristine")
    var point = 0
    while true {
      point += 1
      let fault = Fault(at: point, isForEver: isForEver)
      let outcome = SystemCallHook.during(decide: fault.decide) { Result { try fixture.sync(2) } }
      guard fault.wasMet else { break }
      let (isBefore, isAfter) = (try fixture.isCopy(of: 1), try fixture.isCopy(of: 2))
      #expect(isBefore || isAfter, "point \(point)")
      if case .success = outcome { #expect(isAfter, "point \(point)") }
      try fixture.sync(2)
      #expect(try fixture.isCopy(of: 2), "point \(point)")
      #expect(try fixture.sync(2).result.way == .unchanged)
      #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.root).count == 4, "point \(point)")
      try fixture.shell("rm -rf copy; cp -a pristine copy")
      guard point < 500 else { break }
    }
    #expect(point > 20)
    print("\(point - 1) points, for ever: \(isForEver)")
  }

  @Test func `in place at any call is brought to the end by the next one`() throws {
    let fixture = try versions()
    try fixture.shell("cp -a copy pristine")
    var point = 0
    while true {
      point += 1
      let fault = Fault(at: point, isForEver: true)
      _ = SystemCallHook.during(decide: fault.decide) { Result { try fixture.sync(2) { $0.style = .inPlace } } }
      guard fault.wasMet else { break }
      try fixture.sync(2) { $0.style = .inPlace }
      #expect(try fixture.isCopy(of: 2), "point \(point)")
      #expect(try fixture.sync(2) { $0.style = .inPlace }.result.way == .unchanged)
      try fixture.shell("rm -rf copy; cp -a pristine copy")
      guard point < 500 else { break }
    }
    #expect(point > 20)
  }

  @Test func `a mode that changes alone is synced after it was set`() throws {
    let fixture = try versions()
    let calls = Mutex<[SystemCall]>([])
    _ = try SystemCallHook.during(decide: { call, path in
      if call.isMutating, path.hasSuffix("d/same") { calls.withLock { $0.append(call) } }
      return nil
    }) { try fixture.sync(2) { $0.style = .inPlace } }
    let made = calls.withLock { $0 }
    #expect(made == [.changeMode, .sync])
  }

  @Test func `halfway through a first copy reads only the rest the next time`() throws {
    let fixture = try Fixture()
    for index in 0..<6 { try fixture.write(seededBytes(4 << 20, seed: UInt64(index)), "\(index)") }
    try fixture.create()
    var control = fixture.control
    let done = Mutex<UInt64>(0)
    control.progress = { progress in done.withLock { $0 = max($0, progress.bytesDone) } }
    control.isCancelled = { done.withLock { $0 > 12 << 20 } }
    let error = #expect(throws: SyncError.self) {
      try fixture.sync.sync(
        try fixture.request(1), control: control, lockDeadline: Deadline(seconds: 5, from: fixture.clock))
    }
    guard case .cancelled? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    let (result, plan) = try fixture.sync(1)
    #expect(result.bytesRead == plan.bytesToRead)
    #expect(result.bytesRead < 14 << 20, "\(result.bytesRead)")
    #expect(try fixture.isCopy(of: 1))
  }

  @Test func `to exchange the trees replaces files one by one and says so`() throws {
    let fixture = try versions()
    let result = try SystemCallHook.during(decide: { call, path in
      call == .rename && path.hasSuffix(".copy.snapctl-next") ? .fail(errno: EINVAL) : nil
    }) { try fixture.sync(2).result }
    guard case .oneByOne = result.way else {
      Issue.record("\(result.way)")
      return
    }
    #expect(try fixture.isCopy(of: 2))
    #expect(try fixture.sync(2).result.way == .unchanged)
  }

  @Test func `to build beside the directory builds in it and says so`() throws {
    let fixture = try versions()
    let result = try SystemCallHook.during(decide: { call, path in
      call == .makeDirectory && path.hasSuffix(".copy.snapctl-next") ? .fail(errno: EACCES) : nil
    }) { try fixture.sync(2).result }
    guard case .oneByOne = result.way else {
      Issue.record("\(result.way)")
      return
    }
    #expect(result.bytesRead > 0)
    #expect(try fixture.isCopy(of: 2))
    #expect(try fixture.sync(2).result.way == .unchanged)
  }
}

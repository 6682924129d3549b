import SnapshotFormat

/// Everything that was sent, in order, as one number: two runs are the same when their numbers are.
final class Trace: Sendable {
  private let hash = Held<UInt64>(0xCBF2_9CE4_8422_2325)
  private let tell: (@Sendable (String) -> Void)?
  private let scheduler: Scheduler

  init(_ scheduler: Scheduler, tell: (@Sendable (String) -> Void)?) {
    self.scheduler = scheduler
    self.tell = tell
  }

  var number: UInt64 { hash.value }

  func add(_ process: SimulatedProcess, _ call: String, _ key: ObjectKey?, _ bytes: [UInt8]) {
    mix(UInt64(process.number))
    mix(scheduler.now)
    for byte in call.utf8 { mix(UInt64(byte)) }
    for byte in (key?.string ?? "").utf8 { mix(UInt64(byte)) }
    // The seal, which covers all before it, is at the end.
    for byte in bytes.suffix(64) { mix(UInt64(byte)) }
    tell?("\(scheduler.now / 1_000_000) ms \(process.name): \(call) \(key?.string ?? "") \(bytes.count)")
  }

  /// What a user did or was told.
  func note(_ name: String, _ text: @autoclosure () -> String) {
    tell?("\(scheduler.now / 1_000_000) ms \(name): \(text())")
  }

  private func mix(_ value: UInt64) {
    hash.value = (hash.value ^ value) &* 0x0000_0100_0000_01B3
  }
}

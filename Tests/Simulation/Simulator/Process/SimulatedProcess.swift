import Primitives
import SnapshotFormat
import VectorCollections

/// One process of a user: it lives until it ends or crashes, and starts with nothing but the store.
final class SimulatedProcess: Sendable {
  private struct State {
    var isAlive = true
    /// Heads whose create was not answered, until they are read back.
    var doubts: [ObjectKey: [UInt8]] = [:]
    var leaseToken: UInt64?
  }

  let world: World
  let number: Int
  let name: String
  /// What goes wrong.
  let chance: SeededRandomSource
  /// What the engine draws.
  let random: SeededRandomSource
  let clock: ProcessClock
  let weather: Weather
  /// What it knows of the collection it appends to.
  let memory = AppendMemory()
  private let state = Held(State())

  /// - Parameter isQuiet: nothing goes wrong with it, and no clock was ahead of its own: what waits for one is taken.
  init(_ world: World, name: String, isQuiet: Bool = false) {
    self.world = world
    number = world.nextProcessNumber()
    self.name = "\(name)-\(number)"
    let chance = world.chance.branch()
    self.chance = chance
    random = world.chance.branch()
    weather = isQuiet ? world.weather.calm : world.weather
    let limit = Int(weather.clockOffsetMax)
    let offset = isQuiet ? world.weather.clockOffsetMax : Int64(chance.below(2 * limit + 1) - limit)
    if !isQuiet, offset.magnitude > 1_000 { world.count(.clockOff) }
    clock = ProcessClock(scheduler: world.scheduler, offsetMilliseconds: offset)
  }

  var isAlive: Bool { state.value.isAlive && !world.scheduler.isExhausted }
  /// Whether its user may begin something.
  var mayBegin: Bool { isAlive && !world.isOver }

  /// The lease under which it works now.
  var leaseToken: UInt64? {
    get { state.value.leaseToken }
    set { state.value.leaseToken = newValue }
  }

  func end() { state.value.isAlive = false }

  func crash(_ occurrence: Occurrence) {
    world.count(occurrence)
    world.trace.note(name, occurrence.rawValue)
    end()
  }

  /// It is stopped for longer than a lease lives.
  func pause() {
    world.count(.pause)
    let length = chance.nanoseconds(Settings.leaseNanoseconds / 2...Settings.leaseNanoseconds * 8)
    world.trace.note(name, "stopped for \(length / 1_000_000) ms")
    world.scheduler.stop(process: number, nanoseconds: length)
    world.scheduler.wait(nanoseconds: 0)
  }

  /// How long a call takes.
  func latency() -> UInt64 {
    if chance.happens(weather.slowCount, in: 1_000) { return chance.nanoseconds(20_000_000...1_500_000_000) }
    return chance.happens(1, in: 10)
      ? chance.nanoseconds(2_000_000...100_000_000) : chance.nanoseconds(50_000...4_000_000)
  }
}

/// What the oracle wants to know of heads that are sent and read back.
extension SimulatedProcess {
  func noteSending(_ key: ObjectKey, _ bytes: [UInt8]) {
    guard key.isHead else { return }
    world.origin.note(SimulatedOrigin.Sending(key: key, bytes: bytes, leaseToken: leaseToken))
    if state.value.doubts[key] == bytes { world.count(.sentAgain) }
  }

  func expectReadBack(_ key: ObjectKey, _ bytes: [UInt8]) {
    if key.isHead { state.value.doubts[key] = bytes }
  }

  func noteReadBack(_ key: ObjectKey, _ found: [UInt8]?) {
    guard let sent = state.value.doubts[key] else { return }
    guard let found else { return world.count(.readBackAbsent) }
    world.count(found == sent ? .readBackMine : .readBackOther)
    state.value.doubts[key] = nil
  }
}

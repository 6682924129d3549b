import ObjectTier
import Primitives
import SnapshotFormat

/// The origin as one process has it: each call is a place where others run, and where something may go wrong.
final class SimulatedTier: ObjectTier {
  let role = TierRole.origin
  let location = "simulated"
  let process: SimulatedProcess
  var world: World { process.world }

  init(_ process: SimulatedProcess) {
    self.process = process
  }

  func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? {
    try reading("count", key) { world.origin.object(key).map { UInt64($0.bytes.count) } }
  }

  func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    let found = try reading("range", key) { world.origin.object(key)?.bytes }
    guard let bytes = found else { throw error(.notFound, key) }
    guard range.upperBound <= UInt64(bytes.count) else { throw error(.tooShort(byteCount: UInt64(bytes.count)), key) }
    return Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
  }

  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    let found = try reading("read", key) { world.origin.object(key)?.bytes }
    process.noteReadBack(key, found)
    guard let bytes = found else { throw error(.notFound, key) }
    guard bytes.count <= limit else { throw error(.tooLarge(byteCount: UInt64(bytes.count)), key) }
    return bytes
  }

  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    try begin("create", key, bytes)
    process.noteSending(key, bytes)
    let effect = SimulatedOrigin.Effect.create(key, bytes)
    let fate = mutationFate(canBeUnsynced: key.isHead || key.isDelta)
    if fate == .ownExists {
      world.count(.ownExists)
      world.origin.apply(effect, by: process.number)
      process.expectReadBack(key, bytes)
      return .exists
    }
    let isMine = try carryOut(fate, effect, key)
    if !isMine, key.isDelta { world.count(.renumbered) }
    return isMine ? .created : .exists
  }

  func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) {
    try begin("replace", key, bytes)
    _ = try carryOut(mutationFate(), .replace(key, bytes), key)
  }

  func remove(_ key: ObjectKey) throws(TierError) {
    try begin("remove", key)
    _ = try carryOut(mutationFate(), .remove(key), key)
  }

  func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) {
    try begin("quarantine", key)
    _ = try carryOut(mutationFate(), .quarantine(key, mark), key)
  }

  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    let isStale = process.chance.happens(process.weather.staleListingCount, in: 10_000)
    let names = try reading("list \(prefix.string)", start) {
      world.origin.names(
        prefix, after: start, limit: limit, lag: isStale ? process.weather.listingLag : 0,
        for: process.number, coin: { process.chance.happens(1, in: 2) })
    }
    if isStale { world.count(.staleListing) }
    return names
  }

  func error(_ kind: TierError.Kind, _ key: ObjectKey?) -> TierError {
    TierError(kind, key: key, location: location, reason: "simulated: \(kind)")
  }
}

/// What becomes of one call that changes something.
enum MutationFate: Equatable {
  case normal
  case crashBefore, crashAfter, crashUnderWay
  case lostLanded, lostNever, lostLater
  case ownExists, unsynced, fails
}

extension SimulatedTier {
  /// Others run; then the process is still there, or not.
  private func begin(_ call: String, _ key: ObjectKey?, _ bytes: [UInt8] = []) throws(TierError) {
    try live(key)
    world.scheduler.wait(nanoseconds: process.latency())
    try live(key)
    // Most of all where what was decided upon may be another by the time it is written.
    let isDeciding = !bytes.isEmpty && (key.map { $0.isHead || $0.isDelta } ?? false)
    if process.chance.happens(process.weather.pauseCount * (isDeciding ? 10 : 1), in: 10_000) {
      process.pause()
      try live(key)
    }
    world.trace.add(process, call, key, bytes)
  }

  private func live(_ key: ObjectKey?) throws(TierError) {
    guard process.isAlive else { throw error(.failed, key) }
  }

  private func reading<Value>(_ call: String, _ key: ObjectKey?, _ body: () -> Value) throws(TierError) -> Value {
    try begin(call, key)
    if process.chance.happens(process.weather.crashCount, in: 20_000) {
      process.crash(.crashBefore)
      throw error(.failed, key)
    }
    if process.chance.happens(process.weather.failureCount, in: 10_000) {
      world.count(.failure)
      let isStalled = process.chance.happens(1, in: 2)
      if isStalled { world.scheduler.wait(nanoseconds: process.chance.nanoseconds(1_000_000_000...5_000_000_000)) }
      throw error(isStalled ? .stalled : .failed, key)
    }
    return body()
  }

  private func mutationFate(canBeUnsynced: Bool = false) -> MutationFate {
    let (chance, weather) = (process.chance, process.weather)
    if chance.happens(weather.crashCount, in: 10_000) {
      return chance.pick([.crashBefore, .crashAfter, .crashUnderWay])
    }
    if chance.happens(weather.lostAnswerCount, in: 10_000) {
      let fates: [MutationFate] = [.lostLanded, .lostNever, .lostLater]
      return chance.pick(canBeUnsynced ? fates + fates + [.ownExists, .unsynced] : fates)
    }
    return chance.happens(weather.failureCount, in: 10_000) ? .fails : .normal
  }

  /// Whether it was this create that landed; true for what is no create.
  private func carryOut(
    _ fate: MutationFate, _ effect: SimulatedOrigin.Effect, _ key: ObjectKey
  ) throws(TierError) -> Bool {
    switch fate {
    case .normal, .ownExists: return world.origin.apply(effect, by: process.number)
    case .fails:
      world.count(.failure)
      throw error(.failed, key)
    case .crashBefore: process.crash(.crashBefore)
    case .crashAfter:
      world.origin.apply(effect, by: process.number)
      process.crash(.crashAfter)
    case .crashUnderWay:
      later(effect)
      process.crash(.crashUnderWay)
    case .unsynced:
      world.count(.unsynced)
      world.origin.apply(effect, by: process.number)
      throw error(.unsynced(isFull: false), key)
    case .lostLanded, .lostNever, .lostLater: try lose(fate, effect, key)
    }
    throw error(.failed, key)
  }

  private func lose(_ fate: MutationFate, _ effect: SimulatedOrigin.Effect, _ key: ObjectKey) throws(TierError) {
    switch fate {
    case .lostLanded:
      world.count(.answerLostLanded)
      world.origin.apply(effect, by: process.number)
    case .lostLater:
      world.count(.answerLostLater)
      later(effect)
    default: world.count(.answerLostNever)
    }
    if case .create(_, let bytes) = effect { process.expectReadBack(key, bytes) }
    let isStalled = process.chance.happens(1, in: 2)
    world.scheduler.wait(nanoseconds: process.chance.nanoseconds(1_000_000...(isStalled ? 5_000_000_000 : 50_000_000)))
    throw error(isStalled ? .stalled : .outcomeUnknown, key)
  }

  private func later(_ effect: SimulatedOrigin.Effect) {
    let delays: [ClosedRange<UInt64>] = [
      1_000_000...50_000_000, 50_000_000...2_000_000_000, 2_000_000_000...20_000_000_000,
    ]
    world.origin.apply(effect, by: process.number, after: process.chance.nanoseconds(process.chance.pick(delays)))
  }
}

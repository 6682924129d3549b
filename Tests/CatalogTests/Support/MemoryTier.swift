import ObjectTier
import Primitives
import SnapshotFormat
import Synchronization

/// A tier in memory whose calls go wrong on a schedule.
final class MemoryTier: ObjectTier {
  /// What goes wrong with one call to `create`.
  enum Fault: Sendable, Equatable {
    /// It lands, and nobody is told.
    case lostButLanded
    /// It does not land, and nobody is told.
    case lost
    /// It is under way, and lands when this many more calls were made, unless something is there by then.
    case landsLater(calls: Int)
    /// Another writer's object gets there just before.
    case overtaken
    /// It lands, and may be gone after a crash.
    case landsUnsynced
    /// It fails for sure.
    case fails(TierError.Kind)
    /// It never left.
    case failsUnsent
  }

  private struct State {
    var objects: [ObjectKey: [UInt8]] = [:]
    var faults: [Fault] = []
    var faultEver: Fault?
    var underWay: [(calls: Int, key: ObjectKey, bytes: [UInt8])] = []
    var failingReads = 0
    var failingReadsAfter = Int.max
    var harmedReads = 0
    var rival: (@Sendable (ObjectKey) -> [UInt8])?
    var creates: [ObjectKey] = []
    var hidden: Set<ObjectKey> = []
    var leaseFaults: [Fault] = []
  }

  let role = TierRole.origin
  let location = "memory"
  private let state = Mutex(State())

  /// The next creates of heads go wrong like this, one after the other; the ones after them like `ever`.
  func schedule(_ faults: [Fault], ever: Fault? = nil, rival: (@Sendable (ObjectKey) -> [UInt8])? = nil) {
    state.withLock {
      $0.faults = faults
      $0.faultEver = ever
      $0.rival = rival
    }
  }

  /// The next creates of leases go wrong like this, one after the other.
  func scheduleLeases(_ faults: [Fault]) { state.withLock { $0.leaseFaults = faults } }
  /// A name that is taken, by nothing that is listed or read.
  func hide(_ key: ObjectKey) { state.withLock { _ = $0.hidden.insert(key) } }
  /// All reads fail once so many more creates were sent.
  func failReads(after creates: Int) { state.withLock { $0.failingReadsAfter = $0.creates.count + creates } }
  func failReads(_ count: Int) {
    state.withLock {
      $0.failingReads = count
      $0.failingReadsAfter = .max
    }
  }
  /// The next reads give bytes that came to harm on their way.
  func harmReads(_ count: Int) { state.withLock { $0.harmedReads = count } }
  /// The keys of all creates that were sent, in order.
  var creates: [ObjectKey] { state.withLock { $0.creates } }
  func object(_ key: ObjectKey) -> [UInt8]? { state.withLock { $0.objects[key] } }
  func overwrite(_ key: ObjectKey, _ bytes: [UInt8]?) { state.withLock { $0.objects[key] = bytes } }

  private func error(_ kind: TierError.Kind, _ key: ObjectKey?) -> TierError {
    TierError(kind, key: key, location: location, reason: "injected: \(kind)")
  }

  private func call<Value>(_ body: (inout State) -> Value) -> Value {
    state.withLock { state in
      let due = state.underWay.filter { $0.calls <= 0 }
      state.underWay.removeAll { $0.calls <= 0 }
      for late in due where state.objects[late.key] == nil { state.objects[late.key] = late.bytes }
      for index in state.underWay.indices { state.underWay[index].calls -= 1 }
      return body(&state)
    }
  }

  func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? {
    call { $0.objects[key].map { UInt64($0.count) } }
  }

  func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    let bytes = try read(key, limit: .max)
    guard range.upperBound <= UInt64(bytes.count) else { throw error(.tooShort(byteCount: UInt64(bytes.count)), key) }
    return Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
  }

  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    let (found, isFailing) = call { state in
      let isFailing = state.failingReads > 0 || state.creates.count >= state.failingReadsAfter
      if state.failingReads > 0 { state.failingReads -= 1 }
      var bytes = state.objects[key]
      if state.harmedReads > 0, let count = bytes?.count {
        state.harmedReads -= 1
        bytes?[count / 2] ^= 1
      }
      return (bytes, isFailing)
    }
    if isFailing { throw error(.stalled, key) }
    guard let found else { throw error(.notFound, key) }
    guard found.count <= limit else { throw error(.tooLarge(byteCount: UInt64(found.count)), key) }
    return found
  }

  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    let answer: Result<CreateOutcome, TierError> = call { state in
      state.creates.append(key)
      let isHead = key.string.hasPrefix("heads/")
      var fault = !isHead ? nil : state.faults.isEmpty ? state.faultEver : state.faults.removeFirst()
      if key.string.hasPrefix("leases/"), !state.leaseFaults.isEmpty { fault = state.leaseFaults.removeFirst() }
      if state.hidden.contains(key) { return .success(.exists) }
      if fault == .overtaken, let rival = state.rival { state.objects[key] = rival(key) }
      switch fault {
      case .lost: return .failure(error(.outcomeUnknown, key))
      case .fails(let kind): return .failure(error(kind, key))
      case .failsUnsent:
        let reason = "injected: refused"
        return .failure(TierError(.stalled, key: key, location: location, reason: reason, cause: .failed))
      case .landsLater(let calls):
        state.underWay.append((calls, key, bytes))
        return .failure(error(.stalled, key))
      case .lostButLanded:
        if state.objects[key] == nil { state.objects[key] = bytes }
        return .failure(error(.outcomeUnknown, key))
      case .landsUnsynced:
        if state.objects[key] == nil { state.objects[key] = bytes }
        return .failure(error(.unsynced(isFull: false), key))
      case .overtaken, nil:
        guard state.objects[key] == nil else { return .success(.exists) }
        state.objects[key] = bytes
        return .success(.created)
      }
    }
    return try answer.get()
  }

  func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) { call { $0.objects[key] = bytes } }
  func remove(_ key: ObjectKey) throws(TierError) { call { $0.objects[key] = nil } }

  func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) {
    call { $0.objects[.quarantine(key, mark: mark)] = $0.objects.removeValue(forKey: key) }
  }

  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    call { state in
      let keys = state.objects.keys.filter { $0.string.hasPrefix(prefix.string) }.sorted()
      return Array(keys.drop { key in start.map { key <= $0 } ?? false }.prefix(limit))
    }
  }
}

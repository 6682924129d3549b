package import ObjectTier
package import Primitives
package import SnapshotFormat
internal import Synchronization

/// A tier in memory whose every call may be made to fail or to take its time, and whose objects may be damaged.
///
/// Time passes on the clock it is given: a call that is bounded ends by its deadline, as with any other tier.
package final class MemoryTier: ObjectTier {
  private struct State {
    var objects: [String: [UInt8]] = [:]
    var calls: [String] = []
    var failure: TierError.Kind?
    /// Only calls of these names fail; all when nil.
    var failing: Set<String>?
    /// What each call takes.
    var callNanoseconds: UInt64 = 0
    var called: (@Sendable (String) -> Void)?
  }

  /// Shared by the tier and what is bounded of it.
  private final class Shared: Sendable {
    let state = Mutex(State())
  }

  package let role: TierRole
  package let location: String
  private let clock: any MonotonicClock
  private let deadline: Deadline
  private let shared: Shared

  package convenience init(_ role: TierRole, clock: any MonotonicClock = SystemClock()) {
    self.init(role, clock, .never, Shared())
  }

  private init(_ role: TierRole, _ clock: any MonotonicClock, _ deadline: Deadline, _ shared: Shared) {
    self.role = role
    self.clock = clock
    self.deadline = deadline
    self.shared = shared
    location = "memory-\(role.rawValue)"
  }

  package func bounded(by deadline: Deadline) -> any ObjectTier {
    MemoryTier(role, clock, self.deadline.earlier(deadline), shared)
  }

  package var calls: [String] { shared.state.withLock { $0.calls } }
  package var keys: [String] { shared.state.withLock { $0.objects.keys.sorted() } }

  package subscript(_ key: ObjectKey) -> [UInt8]? {
    get { shared.state.withLock { $0.objects[key.string] } }
    set { shared.state.withLock { $0.objects[key.string] = newValue } }
  }

  package func fail(_ kind: TierError.Kind?, _ calls: Set<String>? = nil) {
    shared.state.withLock { state in
      state.failure = kind
      state.failing = calls
    }
  }

  /// Each call takes so long; one that would end beyond its deadline stalls.
  package func slow(seconds: Double) {
    shared.state.withLock { $0.callNanoseconds = UInt64(seconds * 1e9) }
  }

  /// Is told the name of each call before anything happens.
  package func whenCalled(_ body: @escaping @Sendable (String) -> Void) {
    shared.state.withLock { $0.called = body }
  }

  package func forgetCalls() {
    shared.state.withLock { $0.calls = [] }
  }

  private func enter<Value>(
    _ name: String, _ key: ObjectKey?, _ body: (inout State) -> Result<Value, TierError>
  ) throws(TierError) -> Value {
    let (nanoseconds, called) = shared.state.withLock { state in
      state.calls.append(name)
      return (state.callNanoseconds, state.called)
    }
    called?(name)
    try take(nanoseconds, key)
    let result: Result<Value, TierError> = shared.state.withLock { state in
      if let failure = state.failure, state.failing?.contains(name) ?? true { return .failure(error(failure, key)) }
      return body(&state)
    }
    return try result.get()
  }

  private func take(_ nanoseconds: UInt64, _ key: ObjectKey?) throws(TierError) {
    let left = deadline.nanosecondsLeft(on: clock) ?? .max
    if nanoseconds > 0 || left == 0 { clock.sleep(nanoseconds: min(nanoseconds, left)) }
    if nanoseconds > left || left == 0 { throw error(.stalled, key) }
  }

  private func error(_ kind: TierError.Kind, _ key: ObjectKey?) -> TierError {
    TierError(kind, key: key, location: location, reason: "\(kind)")
  }

  package func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? {
    try enter("byteCount", key) { .success($0.objects[key.string].map { UInt64($0.count) }) }
  }

  package func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    try enter("read", key) { state in
      guard let object = state.objects[key.string] else { return .failure(error(.notFound, key)) }
      guard range.upperBound <= UInt64(object.count) else {
        return .failure(error(.tooShort(byteCount: UInt64(object.count)), key))
      }
      return .success(Array(object[Int(range.lowerBound)..<Int(range.upperBound)]))
    }
  }

  package func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    try enter("read", key) { state in
      guard let object = state.objects[key.string] else { return .failure(error(.notFound, key)) }
      guard object.count <= limit else { return .failure(error(.tooLarge(byteCount: UInt64(object.count)), key)) }
      return .success(object)
    }
  }

  package func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    try enter("create", key) { state in
      guard state.objects[key.string] == nil else { return .success(.exists) }
      state.objects[key.string] = bytes
      return .success(.created)
    }
  }

  package func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) {
    try enter("replace", key) { (state: inout State) -> Result<Void, TierError> in
      state.objects[key.string] = bytes
      return .success(())
    }
  }

  package func remove(_ key: ObjectKey) throws(TierError) {
    try enter("remove", key) { (state: inout State) -> Result<Void, TierError> in
      state.objects[key.string] = nil
      return .success(())
    }
  }

  package func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) {
    try enter("quarantine", key) { (state: inout State) -> Result<Void, TierError> in
      guard let object = state.objects.removeValue(forKey: key.string) else { return .failure(error(.notFound, key)) }
      state.objects[ObjectKey.quarantine(key, mark: mark).string] = object
      return .success(())
    }
  }

  package func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    try enter("list", nil) { state in
      let keys = state.objects.keys.filter { $0.hasPrefix(prefix.string) }.compactMap { ObjectKey(listed: $0) }.sorted()
      return .success(Array(keys.filter { key in start.map { key > $0 } ?? true }.prefix(limit)))
    }
  }
}

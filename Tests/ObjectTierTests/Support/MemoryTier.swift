import ObjectTier
import Primitives
import SnapshotFormat
import Synchronization

/// A tier in memory whose every call may be made to fail, and whose objects may be damaged.
final class MemoryTier: ObjectTier {
  struct State {
    var objects: [String: [UInt8]] = [:]
    var calls: [String] = []
    var failure: TierError.Kind?
    /// Only calls of these names fail; all when nil.
    var failing: Set<String>?
  }

  let role: TierRole
  let location: String
  private let state = Mutex(State())

  init(_ role: TierRole) {
    self.role = role
    location = "memory-\(role.rawValue)"
  }

  var calls: [String] { state.withLock { $0.calls } }
  var keys: [String] { state.withLock { $0.objects.keys.sorted() } }

  subscript(_ key: ObjectKey) -> [UInt8]? {
    get { state.withLock { $0.objects[key.string] } }
    set { state.withLock { $0.objects[key.string] = newValue } }
  }

  func fail(_ kind: TierError.Kind?, _ calls: Set<String>? = nil) {
    state.withLock { state in
      state.failure = kind
      state.failing = calls
    }
  }

  func forgetCalls() {
    state.withLock { $0.calls = [] }
  }

  private func enter<Value>(
    _ name: String, _ key: ObjectKey?, _ body: (inout State) -> Result<Value, TierError>
  ) throws(TierError) -> Value {
    let result: Result<Value, TierError> = state.withLock { state in
      state.calls.append(name)
      if let failure = state.failure, state.failing?.contains(name) ?? true { return .failure(error(failure, key)) }
      return body(&state)
    }
    return try result.get()
  }

  private func error(_ kind: TierError.Kind, _ key: ObjectKey?) -> TierError {
    TierError(kind, key: key, location: location, reason: "\(kind)")
  }

  func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? {
    try enter("byteCount", key) { .success($0.objects[key.string].map { UInt64($0.count) }) }
  }

  func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    try enter("read", key) { state in
      guard let object = state.objects[key.string] else { return .failure(error(.notFound, key)) }
      guard range.upperBound <= UInt64(object.count) else {
        return .failure(error(.tooShort(byteCount: UInt64(object.count)), key))
      }
      return .success(Array(object[Int(range.lowerBound)..<Int(range.upperBound)]))
    }
  }

  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    try enter("read", key) { state in
      guard let object = state.objects[key.string] else { return .failure(error(.notFound, key)) }
      guard object.count <= limit else { return .failure(error(.tooLarge(byteCount: UInt64(object.count)), key)) }
      return .success(object)
    }
  }

  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    try enter("create", key) { state in
      guard state.objects[key.string] == nil else { return .success(.exists) }
      state.objects[key.string] = bytes
      return .success(.created)
    }
  }

  func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) {
    try enter("replace", key) { (state: inout State) -> Result<Void, TierError> in
      state.objects[key.string] = bytes
      return .success(())
    }
  }

  func remove(_ key: ObjectKey) throws(TierError) {
    try enter("remove", key) { (state: inout State) -> Result<Void, TierError> in
      state.objects[key.string] = nil
      return .success(())
    }
  }

  func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) {
    try enter("quarantine", key) { (state: inout State) -> Result<Void, TierError> in
      guard let object = state.objects.removeValue(forKey: key.string) else { return .failure(error(.notFound, key)) }
      state.objects[ObjectKey.quarantine(key, mark: mark).string] = object
      return .success(())
    }
  }

  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    try enter("list", nil) { state in
      let keys = state.objects.keys.filter { $0.hasPrefix(prefix.string) }.compactMap { ObjectKey(listed: $0) }.sorted()
      return .success(Array(keys.filter { key in start.map { key > $0 } ?? true }.prefix(limit)))
    }
  }
}

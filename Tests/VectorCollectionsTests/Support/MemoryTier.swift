import ObjectTier
import Primitives
import SnapshotFormat
import Synchronization

/// An origin in memory, with a hook before each create and hidden entries in listings.
final class MemoryTier: ObjectTier {
  struct State {
    var objects: [ObjectKey: [UInt8]] = [:]
    /// Not listed, as if the listing lagged behind.
    var hidden: Set<ObjectKey> = []
    /// What the next creates come to instead, first to last.
    var faults: [Fault] = []
    /// So many of the next reads give bytes that came to harm on their way.
    var harmedReads = 0
    var beforeCreate: (@Sendable (ObjectKey) -> Void)?
    var afterCreate: (@Sendable (ObjectKey) -> Void)?
  }

  enum Fault {
    /// The object lands, the answer is lost.
    case answerLost
    /// The object lands, and may be gone after a crash.
    case unsynced
    /// Nothing lands, and the caller cannot know.
    case requestLost
    /// Nothing lands, and the caller is told so.
    case failed
    /// Nothing was sent, and the caller is told so.
    case unsent
  }

  let role = TierRole.origin
  let location = "memory"
  let state = Mutex(State())

  var objects: [ObjectKey: [UInt8]] { state.withLock { $0.objects } }

  func byteCount(of key: ObjectKey) -> UInt64? { objects[key].map { UInt64($0.count) } }

  func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    let bytes = try read(key, limit: .max)
    guard range.upperBound <= bytes.count else { throw error(.tooShort(byteCount: UInt64(bytes.count)), key) }
    return Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
  }

  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    let found = state.withLock { state in
      guard state.harmedReads > 0, let count = state.objects[key]?.count else { return state.objects[key] }
      state.harmedReads -= 1
      var bytes = state.objects[key]
      bytes?[count - 100] ^= 1
      return bytes
    }
    guard let found else { throw error(.notFound, key) }
    guard found.count <= limit else { throw error(.tooLarge(byteCount: UInt64(found.count)), key) }
    return found
  }

  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    let hook = state.withLock { state in
      defer { state.beforeCreate = nil }
      return state.beforeCreate
    }
    hook?(key)
    let fault = state.withLock { $0.faults.isEmpty ? nil : $0.faults.removeFirst() }
    if fault == .requestLost { throw error(.outcomeUnknown, key) }
    if fault == .failed { throw error(.failed, key) }
    if fault == .unsent {
      throw TierError(.stalled, key: key, location: location, reason: "made to fail", cause: .failed)
    }
    let created = state.withLock { state in
      guard state.objects[key] == nil else { return false }
      state.objects[key] = bytes
      return true
    }
    let after = state.withLock { state in
      defer { state.afterCreate = nil }
      return state.afterCreate
    }
    after?(key)
    if fault == .answerLost { throw error(.outcomeUnknown, key) }
    if fault == .unsynced { throw error(.unsynced(isFull: false), key) }
    return created ? .created : .exists
  }

  func replace(_ key: ObjectKey, _ bytes: [UInt8]) { state.withLock { $0.objects[key] = bytes } }
  func remove(_ key: ObjectKey) { state.withLock { $0.objects[key] = nil } }

  func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) {
    guard let bytes = objects[key] else { throw error(.notFound, key) }
    remove(key)
    replace(.quarantine(key, mark: mark), bytes)
  }

  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) -> [ObjectKey] {
    let keys = state.withLock { state in
      state.objects.keys.filter { $0.string.hasPrefix(prefix.string) && !state.hidden.contains($0) }
    }
    return Array(keys.sorted().drop { key in start.map { key <= $0 } ?? false }.prefix(limit))
  }

  private func error(_ kind: TierError.Kind, _ key: ObjectKey) -> TierError {
    TierError(kind, key: key, location: location, reason: "made to fail")
  }
}

import ObjectTier
import Primitives
import SnapshotFormat
import Synchronization

/// The objects of a store, by key.
struct ObjectSet: Sendable {
  private(set) var bytes: [ObjectKey: [UInt8]] = [:]
  /// Ascending.
  private(set) var keys: [ObjectKey] = []

  var byteCount: Int { bytes.values.reduce(0) { $0 + $1.count } }

  subscript(key: ObjectKey) -> [UInt8]? {
    get { bytes[key] }
    set {
      let isKnown = bytes[key] != nil
      bytes[key] = newValue
      if isKnown, newValue == nil { keys.removeAll { $0 == key } }
      if !isKnown, newValue != nil { keys.insert(key, at: keys.firstIndex { key < $0 } ?? keys.endIndex) }
    }
  }
}

/// An origin in memory whose objects are put in, changed and put back between trials.
final class TrialTier: ObjectTier {
  let role = TierRole.origin
  let location = "memory"
  private let plant: Plant?
  private let state: Mutex<ObjectSet>

  init(_ objects: ObjectSet = ObjectSet(), plant: Plant? = nil) {
    state = Mutex(objects)
    self.plant = plant
  }

  var objects: ObjectSet {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }

  func byteCount(of key: ObjectKey) -> UInt64? { state.withLock { $0[key].map { UInt64($0.count) } } }

  func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    guard let bytes = state.withLock({ $0[key] }) else { throw error(.notFound, key) }
    if plant == .trap { return Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]) }
    guard range.upperBound <= bytes.count else {
      while plant == .hang { SystemClock().sleep(nanoseconds: 1_000_000_000) }
      throw error(.tooShort(byteCount: UInt64(bytes.count)), key)
    }
    return Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
  }

  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    guard let bytes = state.withLock({ $0[key] }) else { throw error(.notFound, key) }
    guard bytes.count <= limit else { throw error(.tooLarge(byteCount: UInt64(bytes.count)), key) }
    return bytes
  }

  func create(_ key: ObjectKey, _ bytes: [UInt8]) -> CreateOutcome {
    state.withLock { objects in
      guard objects[key] == nil else { return .exists }
      objects[key] = bytes
      return .created
    }
  }

  func replace(_ key: ObjectKey, _ bytes: [UInt8]) { state.withLock { $0[key] = bytes } }
  func remove(_ key: ObjectKey) { state.withLock { $0[key] = nil } }
  func quarantine(_ key: ObjectKey, mark: UniqueName) { remove(key) }

  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) -> [ObjectKey] {
    let keys = state.withLock { $0.keys }
    let found = keys.filter { $0.string.utf8.starts(with: prefix.string.utf8) }
    return Array(found.drop { key in start.map { key <= $0 } ?? false }.prefix(limit))
  }

  private func error(_ kind: TierError.Kind, _ key: ObjectKey) -> TierError {
    TierError(kind, key: key, location: location, reason: "\(kind)")
  }
}

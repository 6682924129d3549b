import ObjectTier
import Primitives
import SnapshotFormat

/// The objects of the store, and everything that was ever done to them.
final class SimulatedOrigin: Sendable {
  struct Object {
    let bytes: [UInt8]
    /// When its name came to be there, and by whom.
    let since: UInt64
    let process: Int
  }

  /// A body that came to be under a name.
  struct Landing {
    let bytes: [UInt8]
    let process: Int
    let at: UInt64
    let isCreated: Bool
  }

  /// Bytes that were sent to a name, whether they landed or not.
  struct Sending {
    let key: ObjectKey
    let bytes: [UInt8]
    /// Of the lease its sender held.
    let leaseToken: UInt64?
  }

  enum Effect {
    case create(ObjectKey, [UInt8])
    case replace(ObjectKey, [UInt8])
    case remove(ObjectKey)
    case quarantine(ObjectKey, UniqueName)
  }

  private struct Late {
    let at: UInt64
    let process: Int
    let effect: Effect
  }

  private struct State {
    var objects: [ObjectKey: Object] = [:]
    var removedAt: [ObjectKey: UInt64] = [:]
    var late: [Late] = []
    var landings: [ObjectKey: [Landing]] = [:]
    var removals: [ObjectKey: Int] = [:]
    var heads: [ObjectKey] = []
    var sent: [Sending] = []
  }

  private let state = Held(State())
  private let scheduler: Scheduler

  init(_ scheduler: Scheduler) {
    self.scheduler = scheduler
  }

  /// All that came to be under a name, in order. Kept for heads and deltas.
  func landings(at key: ObjectKey) -> [Landing] { state.value.landings[key] ?? [] }
  var landedKeys: [ObjectKey] { state.value.landings.keys.sorted() }
  func removalCount(of key: ObjectKey) -> Int { state.value.removals[key] ?? 0 }
  /// Heads in the order in which they came to be there.
  var heads: [ObjectKey] { state.value.heads }
  var sent: [Sending] { state.value.sent }

  func note(_ sending: Sending) { state.value.sent.append(sending) }

  /// What is there, after all that was due has landed.
  func object(_ key: ObjectKey) -> Object? {
    settle()
    return state.value.objects[key]
  }

  /// - Returns: for a create whether it was this one that landed; else true.
  @discardableResult
  func apply(_ effect: Effect, by process: Int) -> Bool {
    settle()
    return land(effect, by: process)
  }

  /// It lands after so long, whatever becomes of its sender.
  func apply(_ effect: Effect, by process: Int, after nanoseconds: UInt64) {
    state.value.late.append(Late(at: scheduler.now + nanoseconds, process: process, effect: effect))
  }

  private func settle() {
    let now = scheduler.now
    let due = state.value.late.enumerated().filter { $0.element.at <= now }
    guard !due.isEmpty else { return }
    state.value.late.removeAll { $0.at <= now }
    for (_, late) in due.sorted(by: { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }) {
      land(late.effect, by: late.process)
    }
  }

  @discardableResult
  private func land(_ effect: Effect, by process: Int) -> Bool {
    switch effect {
    case .create(let key, let bytes):
      guard state.value.objects[key] == nil else { return false }
      put(key, bytes, process, isCreated: true)
    case .replace(let key, let bytes): put(key, bytes, process, isCreated: false)
    case .remove(let key): remove(key)
    case .quarantine(let key, let mark):
      if let object = state.value.objects[key] {
        put(.quarantine(key, mark: mark), object.bytes, process, isCreated: true)
      }
      remove(key)
    }
    return true
  }

  private func put(_ key: ObjectKey, _ bytes: [UInt8], _ process: Int, isCreated: Bool) {
    let before = state.value.objects[key]
    state.value.objects[key] = Object(
      bytes: bytes, since: before?.since ?? scheduler.now, process: before?.process ?? process)
    guard key.isHead || key.isDelta else { return }
    let landing = Landing(bytes: bytes, process: process, at: scheduler.now, isCreated: isCreated)
    state.value.landings[key, default: []].append(landing)
    if key.isHead { state.value.heads.append(key) }
  }

  private func remove(_ key: ObjectKey) {
    guard state.value.objects.removeValue(forKey: key) != nil else { return }
    state.value.removedAt[key] = scheduler.now
    state.value.removals[key, default: 0] += 1
  }

  /// Names below a prefix. Where `lag` is not 0, names that others made or removed within it are seen as `coin` says.
  func names(
    _ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int, lag: UInt64, for process: Int, coin: () -> Bool
  ) -> [ObjectKey] {
    settle()
    let horizon = scheduler.now - min(scheduler.now, lag)
    var names: [ObjectKey] = state.value.objects.keys.filter { $0.string.utf8.starts(with: prefix.string.utf8) }
    if lag > 0 {
      names += state.value.removedAt.keys.filter {
        state.value.objects[$0] == nil && $0.string.utf8.starts(with: prefix.string.utf8)
      }
      names = names.sorted().filter { key in
        if let object = state.value.objects[key] {
          return object.since <= horizon || object.process == process || coin()
        }
        return state.value.removedAt[key].map { $0 > horizon && coin() } ?? false
      }
    } else {
      names.sort()
    }
    return Array(names.drop { name in start.map { name <= $0 } ?? false }.prefix(limit))
  }
}

extension ObjectKey {
  var isHead: Bool { string.utf8.starts(with: "heads/".utf8) }
  var isDelta: Bool { string.utf8.starts(with: "deltas/".utf8) }
}

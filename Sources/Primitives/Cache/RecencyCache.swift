/// Values by key, the least recently used dropped first, bounded by what they cost together.
///
/// The value put in last stays, whatever it costs. Dropping one looks at all: for some hundred values.
package struct RecencyCache<Key: Hashable, Value> {
  private struct Slot {
    let value: Value
    let cost: Int
    var used: UInt64
  }

  private let costMax: Int
  private var slots: [Key: Slot] = [:]
  private var cost = 0
  private var tick: UInt64 = 0

  package init(costMax: Int) {
    self.costMax = costMax
  }

  package func contains(_ key: Key) -> Bool { slots[key] != nil }

  /// The value of `key`, which counts as used now.
  package mutating func value(_ key: Key) -> Value? {
    tick += 1
    slots[key]?.used = tick
    return slots[key]?.value
  }

  /// Keeps a value, in the place of the one of that key.
  package mutating func insert(_ value: Value, for key: Key, cost valueCost: Int) {
    remove(key)
    tick += 1
    slots[key] = Slot(value: value, cost: valueCost, used: tick)
    cost += valueCost
    while cost > costMax, slots.count > 1, let oldest = slots.min(by: { $0.value.used < $1.value.used }) {
      remove(oldest.key)
    }
  }

  package mutating func remove(_ key: Key) {
    if let slot = slots.removeValue(forKey: key) { cost -= slot.cost }
  }
}

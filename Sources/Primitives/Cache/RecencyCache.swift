/// Values by key, the least recently used dropped first, bounded by what they cost together.
///
/// The value put in last stays, whatever it costs. Every call takes the same time, however many values there are.
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
  /// Every use, in order, from `firstUse` on; those of a value but its last count no more.
  private var uses: [(key: Key, tick: UInt64)] = []
  private var firstUse = 0

  package init(costMax: Int) {
    self.costMax = costMax
  }

  package func contains(_ key: Key) -> Bool { slots[key] != nil }

  /// The value of `key`, which counts as used now.
  package mutating func value(_ key: Key) -> Value? {
    guard let slot = slots[key] else { return nil }
    let now = use(key)
    slots[key]?.used = now
    return slot.value
  }

  /// Keeps a value, in the place of the one of that key.
  package mutating func insert(_ value: Value, for key: Key, cost valueCost: Int) {
    remove(key)
    let now = use(key)
    slots[key] = Slot(value: value, cost: valueCost, used: now)
    cost += valueCost
    while cost > costMax, slots.count > 1 { dropOldest() }
  }

  package mutating func remove(_ key: Key) {
    if let slot = slots.removeValue(forKey: key) { cost -= slot.cost }
  }

  private mutating func dropOldest() {
    while firstUse < uses.count {
      let (key, tick) = uses[firstUse]
      firstUse += 1
      if slots[key]?.used == tick { return remove(key) }
    }
  }

  private mutating func use(_ key: Key) -> UInt64 {
    tick += 1
    uses.append((key, tick))
    if uses.count > 64 + 4 * slots.count { forgetUses() }
    return tick
  }

  /// Keeps of the uses those that count, and the one being made.
  private mutating func forgetUses() {
    let slots = slots
    let now = tick
    uses = uses[firstUse...].filter { slots[$0.key]?.used == $0.tick || $0.tick == now }
    firstUse = 0
  }
}

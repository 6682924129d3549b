import FuzzEntries
import SnapshotFormat

/// What is done to one object of a store.
struct Mutation {
  enum Way: String, CaseIterable {
    case change
    /// Changed, then every checksum and seal of the object put right.
    case mended
    /// Another object of its kind, of the same store.
    case replaced
    /// The same, sealed anew for its new name.
    case resealed
    /// The object of that name, or else one of its kind, of another store.
    case foreign
    case removed
  }

  let key: ObjectKey
  let kind: ObjectKind
  let way: Way
  /// The changes of bytes, in order; none for those that take the whole object.
  let changes: [ByteChange]
  /// What is there afterwards; nil: nothing.
  let bytes: [UInt8]?

  /// Whether nothing in the store can tell it from what a writer may have written (formats/preamble.md §2: a seal is
  /// computed from the object and its name alone).
  var isForged: Bool { way == .mended || way == .resealed || way == .foreign }

  var name: String {
    way == .change || way == .mended
      ? "\(way == .mended ? "mended " : "")\(changes.first?.rawValue ?? "")" : way.rawValue
  }

  /// - Parameter others: the other stores of this run.
  init(_ world: World, others: [World], _ chance: inout Chance) {
    let kinds = world.keysByKind
    // Packs hold most of what is decoded.
    let chosen = chance.happens(35) ? kinds.first { $0.kind == .pack } : nil
    let (kind, keys) = chosen ?? chance.pick(kinds) ?? (.store, [.store])
    key = chance.pick(keys) ?? .store
    self.kind = kind
    let sound = world.objects[key] ?? []
    let way = Mutation.way(&chance)
    self.way = way
    switch way {
    case .change, .mended:
      let donor = Mutation.donor(kind, keys, world, others, &chance)
      changes = (0..<(chance.happens(70) ? 1 : 2 + chance.below(3))).compactMap { _ in chance.pick(ByteChange.allCases)
      }
      var bytes = sound
      for change in changes { change.apply(to: &bytes, donor: donor, &chance) }
      if way == .mended { kind.mend(&bytes, key, &chance) }
      self.bytes = bytes
    case .replaced, .resealed:
      changes = []
      var bytes = chance.pick(keys).flatMap { world.objects[$0] } ?? sound
      if way == .resealed { kind.mend(&bytes, key, &chance) }
      self.bytes = bytes
    case .foreign:
      changes = []
      bytes = Mutation.foreign(key, kind, others, &chance) ?? sound
    case .removed:
      changes = []
      bytes = nil
    }
  }

  /// One that changes something.
  static func effective(_ world: World, others: [World], _ chance: inout Chance) -> Mutation {
    while true {
      let mutation = Mutation(world, others: others, &chance)
      if mutation.bytes != world.objects[mutation.key] { return mutation }
    }
  }

  private static func way(_ chance: inout Chance) -> Way {
    switch chance.below(100) {
    case 0..<52: .change
    case 52..<88: .mended
    case 88..<91: .replaced
    case 91..<94: .resealed
    case 94..<97: .foreign
    default: .removed
    }
  }

  /// An older or another object, most often of the same kind.
  private static func donor(
    _ kind: ObjectKind, _ keys: [ObjectKey], _ world: World, _ others: [World], _ chance: inout Chance
  ) -> [UInt8] {
    if chance.happens(60) { return chance.pick(keys).flatMap { world.objects[$0] } ?? [] }
    let other = chance.happens(50) ? world : chance.pick(others) ?? world
    return chance.pick(other.objects.keys).flatMap { other.objects[$0] } ?? []
  }

  private static func foreign(
    _ key: ObjectKey, _ kind: ObjectKind, _ others: [World], _ chance: inout Chance
  ) -> [UInt8]? {
    let same = others.compactMap { $0.objects[key] }
    if !same.isEmpty { return chance.pick(same) }
    let ofKind = others.flatMap { other in other.objects.keys.filter { ObjectKind($0) == kind }.map { (other, $0) } }
    return chance.pick(ofKind).flatMap { $0.0.objects[$0.1] }
  }
}

extension ObjectKind {
  /// Puts right what no mutation gets right by chance, so that what lies behind checksums is reached.
  func mend(_ bytes: inout [UInt8], _ key: ObjectKey, _ chance: inout Chance) {
    switch self {
    case .store, .head, .versions, .manifest, .intent: bytes.mendSealedObject(named: key)
    case .pack: if chance.happens(60) { bytes.mendPack() } else { bytes.rebuildPack() }
    case .delta: bytes.mendDelta(sealed: true)
    case .segment: bytes.mendSegment()
    case .copyState: bytes.mendSealedObject(named: .copyState)
    case .page, .copyFile: break
    }
  }
}

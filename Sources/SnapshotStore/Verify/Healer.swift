package import ObjectTier
package import Primitives
package import SnapshotFormat

/// Gives a tier back what it lost, from another tier that still has it (formats/store.md §5).
///
/// - Right bytes are those of a whole object that verifies, under the same name: a pack by its digest and name, a root
///   by its seal. Whoever heals verifies the tier again afterwards: only that proves the chunks.
/// - Nothing is overwritten and nothing is lost: why, the damaged object, then the right one, each durable before the
///   next. A crash in between leaves the name free, and the next healing goes on there.
/// - Memory: two objects.
package struct Healer: Sendable {
  package let tier: any ObjectTier
  package let sources: [any ObjectTier]
  private let clock: any WallClock
  private let random: any RandomSource

  package init(
    _ tier: any ObjectTier, from sources: [any ObjectTier], clock: any WallClock, random: any RandomSource
  ) {
    self.tier = tier
    self.sources = sources
    self.clock = clock
    self.random = random
  }

  /// What became of one damaged object.
  package enum Outcome: Sendable, Equatable {
    /// - `aside`: where the damaged bytes are now; nil where there were none.
    case healed(from: String, aside: ObjectKey?)
    case left(String)
  }

  /// Puts the right object in the place of a damaged or missing one.
  ///
  /// - Throws: what the damaged tier fails with. A source that fails is one that does not have it.
  package func heal(_ damage: Damage) throws(TierError) -> Outcome {
    guard damage.kind != .unsupported else { return .left("a newer program may be able to read it") }
    guard let key = ObjectKey(listed: damage.object), let kind = HealedObject(key) else {
      return .left("no other tier keeps objects of this kind")
    }
    guard let found = try right(kind, present: try present(key)) else {
      return .left(sources.isEmpty ? "there is no other tier" : "no other tier has it whole")
    }
    let aside = try found.present == nil ? nil : setAside(key, damage)
    guard try put(key, found.bytes) else { return .left("what was written does not read back as it was") }
    return .healed(from: found.source, aside: aside)
  }

  /// The bytes that are there, right or wrong.
  private func present(_ key: ObjectKey) throws(TierError) -> [UInt8]? {
    do throws(TierError) { return try tier.read(key, limit: TierLimits.objectByteCountMax) } catch {
      switch error.kind {
      case .notFound: return nil
      // Longer than any object: what it holds does not matter.
      case .tooLarge: return []
      default: throw error
      }
    }
  }

  private struct Found {
    let source: String
    let bytes: [UInt8]
    let present: [UInt8]?
  }

  private func right(_ kind: HealedObject, present: [UInt8]?) throws(TierError) -> Found? {
    for source in sources {
      guard let bytes = try? source.read(kind.key, limit: TierLimits.objectByteCountMax), kind.isSound(bytes),
        bytes != present
      else { continue }
      return Found(source: source.location, bytes: bytes, present: present)
    }
    return nil
  }

  /// Why first: what lies aside never lacks its reason.
  private func setAside(_ key: ObjectKey, _ damage: Damage) throws(TierError) -> ObjectKey {
    let mark = UniqueName(high: random.next(), low: random.next())
    let reason = "\(clock.now())\n\(key)\n\(Printable.string(damage.reason))\n"
    _ = try tier.create(.quarantineReason(key, mark: mark), Array(reason.utf8))
    try tier.quarantine(key, mark: mark)
    return .quarantine(key, mark: mark)
  }

  /// Whether the object holds these bytes now. Another one that heals may have been faster.
  private func put(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> Bool {
    do throws(TierError) { _ = try tier.create(key, bytes) } catch {
      guard error.kind == .outcomeUnknown else { throw error }
    }
    return try tier.read(key, limit: TierLimits.objectByteCountMax) == bytes
  }
}

/// An object that more than one tier has, and that proves itself.
private struct HealedObject {
  private enum Kind { case pack, manifest }

  let key: ObjectKey
  private let kind: Kind
  private let name: UniqueName

  init?(_ key: ObjectKey) {
    guard let name = UniqueName(hex: key.lastComponent) else { return nil }
    switch key {
    case .pack(name): kind = .pack
    case .manifest(name): kind = .manifest
    default: return nil
    }
    self.key = key
    self.name = name
  }

  func isSound(_ bytes: [UInt8]) -> Bool {
    do throws(FormatError) {
      switch kind {
      case .pack: _ = try PackReader(bytes.rawSpan, expected: name)
      case .manifest: _ = try ManifestRoot.decode(bytes.rawSpan, named: name, expected: nil)
      }
      return true
    } catch { return false }
  }
}

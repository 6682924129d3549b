import Catalog
import DirectoryCatalog
import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore

/// Puts a mutated object into a store, verifies the store and reads all of it.
struct StoreTrial {
  let world: World
  let tier: TrialTier
  let temporaryDirectory: String
  let plant: Plant?

  func run(_ mutation: Mutation) -> Verdict {
    guard mutation.bytes != world.objects[mutation.key] else { return .harmless }
    var objects = world.objects
    objects[mutation.key] = mutation.bytes
    tier.objects = objects
    let verified = verify(mutation.key)
    let reading = Reading(world, store, temporaryDirectory: temporaryDirectory, plant: plant)
    return judge(mutation, verified, reading)
  }

  var store: SnapshotStore {
    let clock = CountingClock()
    let settings = CommitSettings(clock: SystemClock(), wallClock: clock, random: SeededRandomSource(seed: 1))
    return SnapshotStore(
      identity: world.identity, tier: tier, catalog: DirectoryCatalog(tier), limits: .small, settings: settings)
  }

  /// What `verify` says: the objects it names, and what stopped it.
  struct Verified {
    var objects: Set<String> = []
    var error: String?

    var isSound: Bool { objects.isEmpty && error == nil }
  }

  func verify(_ mutated: ObjectKey? = nil) -> Verified {
    let found = Found()
    var verified = Verified()
    var looked: any ObjectTier = tier
    if plant == .covered, let mutated, ObjectKind(mutated) == .pack { looked = TrialTier(world.objects) }
    do throws(StoreError) {
      _ = try Verifier(store, tier: looked, level: .full) { found.objects.insert($0.damage.object) }.run(.store)
    } catch {
      verified.error = "\(error)"
    }
    verified.objects = found.objects
    if plant == .silent { verified.objects = verified.objects.filter { !$0.hasPrefix("packs/") } }
    return verified
  }

  private final class Found {
    var objects: Set<String> = []
  }

  /// Whether nothing in the store vouches for the object but itself.
  private func isRootOfTrust(_ mutation: Mutation) -> Bool {
    switch mutation.kind {
    case .store, .intent: true
    case .head: world.isNewestHead(mutation.key)
    case .delta: world.collections.values.contains { $0.deltas.contains { $0.key == mutation.key } }
    default: false
    }
  }

  private func judge(_ mutation: Mutation, _ verified: Verified, _ reading: Reading) -> Verdict {
    if let garbage = reading.garbage.first { return .failed("nobody wrote what was read: \(garbage)") }
    let mayBeForged = mutation.isForged && isRootOfTrust(mutation)
    if let wrong = reading.wrong.first {
      return mayBeForged ? .forged : .failed("wrong, and given out as right: \(wrong)")
    }
    if !verified.isSound || !reading.told.isEmpty {
      let isNamed = verified.error != nil || verified.objects.isEmpty || verified.objects.contains(mutation.key.string)
      guard isNamed || mutation.way != .change && mutation.way != .removed else {
        return .failed("verify names \(verified.objects.sorted()) in its place")
      }
      return .detected
    }
    if isGone(mutation) { return reading.older.isEmpty && reading.refused.isEmpty ? .harmless : .older }
    if let refused = reading.refused.first {
      return mayBeForged ? .detected : .failed("verify finds nothing, and it cannot be read: \(refused)")
    }
    if let older = reading.older.first { return .failed("an earlier state, and nobody says so: \(older)") }
    return .harmless
  }

  /// Whether the last object of a line or of a log went, so that what is left is an earlier state.
  private func isGone(_ mutation: Mutation) -> Bool {
    guard mutation.bytes == nil else { return false }
    switch mutation.kind {
    case .head: return world.isNewestHead(mutation.key)
    case .delta:
      return world.collections.values.contains { model in
        let producer = model.deltas.first { $0.key == mutation.key }?.producer
        return model.deltas.last { $0.producer == producer }?.key == mutation.key
      }
    default: return false
    }
  }
}

internal import ObjectTier
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// Verifies tiers one after the other, compares them, and heals each from the others where that is asked for.
///
/// - A healed tier is verified again: what counts as healed is what that does not find any more. Where a root or a page
///   was damaged, what it leads to comes into sight only then; so there are several rounds, and an end to them.
/// - Memory: the findings of one tier, and the digests of its packs.
struct Verification {
  let call: EngineCall
  let scope: VerifyScope
  private let level: VerifyLevel
  private let heals: Bool
  private let happened: (VerifyEvent) -> Void
  private var summary = VerifySummary()
  private var damaged: Set<Place> = []
  private var left: Set<Place> = []
  /// What the origin's packs say that they hold.
  private var digests: [UniqueName: Digest] = [:]
  /// Chunks that the tiers looked at so far do not have.
  private var lost: Set<Digest> = []

  fileprivate struct Place: Hashable {
    let tier: String
    let object: String
  }

  /// Healing brings more into sight at most so often: root, page, chunk; and the last look.
  private static let roundCountMax = 5

  init(
    _ call: EngineCall, _ scope: VerifyScope, _ level: VerifyLevel, heals: Bool,
    happened: @escaping (VerifyEvent) -> Void
  ) {
    self.call = call
    self.scope = scope
    self.level = level
    self.heals = heals
    self.happened = happened
  }

  mutating func run(_ tiers: [any ObjectTier]) throws(EngineError) -> Verified {
    for tier in tiers { try verify(tier) }
    if heals, !left.isEmpty { try tellLost() }
    return Verified(
      level: level.name, objects: summary.objects, chunks: summary.chunks, bytes: summary.bytes,
      damaged: UInt64(damaged.count), healed: UInt64(damaged.subtracting(left).count), seconds: call.seconds)
  }

  private mutating func verify(_ tier: any ObjectTier) throws(EngineError) {
    var attempted: Set<Place> = []
    for round in 1...Verification.roundCountMax {
      let (verifier, findings) = try look(at: tier)
      let new = findings.filter { attempted.insert(Place($0.damage)).inserted }
      var healedCount = 0
      if heals, round < Verification.roundCountMax {
        for finding in new where try heal(finding.damage, in: tier) { healedCount += 1 }
      }
      guard healedCount == 0 else { continue }
      settle(verifier, findings, tier)
      return
    }
  }

  /// One look at a tier. What nobody was told before is told now.
  private mutating func look(at tier: any ObjectTier) throws(EngineError) -> (Verifier, [VerifyFinding]) {
    let findings = Findings()
    let verifier = Verifier(call.store, tier: call.watched(tier), level: level) { findings.add($0) }
    verifier.wanted = lost
    _ = try call.catching { () throws(StoreError) in try verifier.run(scope) }
    if tier.role == .cache { compare(verifier, tier, findings) }
    if tier.role == .origin, level == .semantic, findings.all.isEmpty {
      try verifyRecords { findings.add($0) }
    }
    for finding in findings.all where damaged.insert(Place(finding.damage)).inserted {
      happened(.damaged(DamagedObject(finding)))
    }
    return (verifier, findings.all)
  }

  /// Packs that agree with themselves, and not with the origin's of the same name: the origin is the truth.
  private func compare(_ verifier: Verifier, _ tier: any ObjectTier, _ findings: Findings) {
    let reported = Set(findings.all.map(\.damage.object))
    for (name, digest) in verifier.packDigests.sorted(by: { $0.key.hex < $1.key.hex }) {
      let key = ObjectKey.pack(name).string
      guard let truth = digests[name], truth != digest, !reported.contains(key) else { continue }
      let reason = "it is sound by itself, with the digest \(digest); the origin's has \(truth)"
      findings.add(
        VerifyFinding(
          damage: Damage(tier: tier.location, object: key, kind: .damaged, reason: reason), collection: nil,
          version: nil))
    }
  }

  /// After the last look at a tier.
  private mutating func settle(_ verifier: Verifier, _ findings: [VerifyFinding], _ tier: any ObjectTier) {
    summary.add(verifier.summary)
    left.formUnion(findings.map { Place($0.damage) })
    if tier.role == .origin {
      digests = verifier.packDigests
      lost = verifier.damagedChunks
    } else {
      lost.subtract(verifier.rescued)
    }
  }

  /// What is damaged in another tier than the one that is looked at is healed when that one is.
  private func heal(_ damage: Damage, in tier: any ObjectTier) throws(EngineError) -> Bool {
    guard damage.tier == tier.location else { return false }
    let sources = [call.wiring.origin, call.wiring.cache].compactMap(\.self).filter { $0.location != tier.location }
    // What was begun is brought to its end: these tiers do not stop with the call.
    let healer = Healer(tier, from: sources, clock: clock, random: random)
    let outcome: Healer.Outcome
    do throws(TierError) { outcome = try healer.heal(damage) } catch { throw EngineError(error) }
    switch outcome {
    case .healed(let source, let aside):
      happened(
        .healed(HealedObject(tier: damage.tier, object: damage.object, source: source, aside: aside?.string)))
      return true
    case .left(let reason):
      happened(.left(LeftObject(tier: damage.tier, object: damage.object, reason: reason)))
      return false
    }
  }

  private func tellLost() throws(EngineError) {
    let happened = happened
    let reach = DamageReach(call.store, chunks: lost) { happened(.lost(LostFile($0))) }
    try call.catching { () throws(StoreError) in try reach.run(scope) }
  }

  private final class Findings {
    private(set) var all: [VerifyFinding] = []
    func add(_ finding: VerifyFinding) { all.append(finding) }
  }
}

extension Verification.Place {
  fileprivate init(_ damage: Damage) {
    self.init(tier: damage.tier, object: damage.object)
  }
}

extension VerifySummary {
  fileprivate mutating func add(_ other: VerifySummary) {
    objects += other.objects
    chunks += other.chunks
    bytes += other.bytes
  }
}

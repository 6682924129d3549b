import Catalog
import DirectoryCatalog
import Primitives
import SnapshotFormat
import SnapshotStore
import VectorCollections

/// The engine's own settings, as the processes of a run have them.
enum Settings {
  static let leaseSeconds = 0.5
  static let leaseNanoseconds: UInt64 = 500_000_000

  static func commit(_ process: SimulatedProcess) -> CommitSettings {
    var policy = CommitPolicy()
    policy.leaseSecondsToLive = leaseSeconds
    policy.lockTimeoutSeconds = 20
    policy.baseBackoffSeconds = 0.5
    policy.settleSeconds = 10
    var settings = CommitSettings(
      policy: policy, clock: process.clock, wallClock: process.clock, random: process.random)
    settings.owner = process.name
    settings.decided = { decision, base, newest in process.note(decision, base: base, newest: newest) }
    return settings
  }

  static func identity(_ process: SimulatedProcess) -> StoreIdentity {
    StoreIdentity(identifier: UniqueName(random: process.random), catalog: .directory, created: process.clock.now())
  }

  /// The store as a process opens it.
  static func store(_ process: SimulatedProcess) -> SnapshotStore {
    let tier = process.world.plant.tier(SimulatedTier(process), process)
    var limits = StoreLimits()
    limits.jobs = 1
    return SnapshotStore(
      identity: identity(process), tier: tier, catalog: process.world.plant.catalog(DirectoryCatalog(tier), process),
      limits: limits, settings: commit(process))
  }

  /// The vectors as a process opens them. Compactions work under a lease.
  static func vectors(_ process: SimulatedProcess, _ store: SnapshotStore) -> VectorStore {
    var settings = VectorStore.Settings(temporaryDirectory: process.world.folder + "/tmp")
    settings.memory = process.memory
    settings.log.clockSkewMaxMilliseconds = process.weather.clockSkewMax
    settings.log.appendSkewMaxMilliseconds = 2 * process.weather.clockSkewMax
    settings.lease = LeaseUse(
      isStopped: { !process.isAlive },
      changed: { change, report in process.note(change, report) },
      begin: { body in process.beginStrand(body) })
    return VectorStore(store, World.words, settings: settings)
  }
}

extension SimulatedProcess {
  /// A thread more, under the scheduler as all are.
  func beginStrand(_ body: @escaping @Sendable () -> Void) {
    world.scheduler.start(process: number, after: 0, body)
  }

  func note(_ change: LeaseChange, _ report: LeaseReport) {
    world.trace.note(name, "lease \(report.token) \(change.rawValue)")
    switch change {
    case .acquired:
      leaseToken = report.token
      world.ledger.acquired(report.token, by: number, isTakeover: report.isTakeover, at: world.scheduler.now)
      if report.isTakeover { world.count(.takenOver) }
    case .released:
      leaseToken = nil
      world.count(.released)
    case .fenced: leaseToken = nil
    }
  }

  /// Which rule of the commit's table came into play (design: commit).
  func note(_ decision: CommitDecision, base: Head, newest: Head) {
    world.trace.note(name, "\(decision), base \(base.revision), newest \(newest.revision) \(newest.action)")
    switch decision {
    case .conflict: world.count(.conflict)
    case .fenced: world.count(.fenced)
    case .prepareAgain(.versionsMoved): world.count(.versionsMoved)
    case .prepareAgain(.epochRose): world.count(.epochRose)
    case .prepareAgain(.intentTooOld): world.count(.intentTooOld)
    case .prepareAgain(.dependencyChanged): world.count(.dependencyChanged)
    case .build: if newest.revision > base.revision { noteMerge(base, newest) }
    }
  }

  private func noteMerge(_ base: Head, _ newest: Head) {
    if newest.newestVersion != base.newestVersion { world.count(.stackedOnVersion) }
    switch newest.action {
    case .tag, .untag: world.count(.mergedOverTag)
    case .hold, .release: world.count(.mergedOverHold)
    case .retain: world.count(.mergedOverRetention)
    case .fence: world.count(.mergedOverFence)
    case .register, .begin, .create, .compact, .policy, .quarantine, .lease: break
    }
  }
}

import Catalog
import ObjectTier
import Primitives
import SnapshotFormat

/// One writer's view of the leases of `Samples.words`, with a clock that moves when somebody sleeps.
struct LeaseWriter {
  let leases: Leases
  let clock: ManualClock

  init(
    _ catalog: any Catalog, _ clock: ManualClock, owner: String = "one", seed: UInt64 = 5,
    _ edit: (inout CommitPolicy) -> Void = { _ in }
  ) {
    var policy = CommitPolicy()
    edit(&policy)
    var settings = CommitSettings(
      policy: policy, clock: clock, wallClock: clock, random: SeededRandomSource(seed: seed))
    settings.owner = owner
    leases = Leases(catalog, Samples.words, settings: settings)
    self.clock = clock
  }

  func acquire() throws(CatalogError) -> AcquiredLease { try leases.acquire(deadline: .never) }

  func release(_ acquired: AcquiredLease) throws(CatalogError) {
    try leases.release(acquired.lease, heldMilliseconds: 5)
  }
}

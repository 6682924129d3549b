internal import ObjectTier
package import Primitives
package import SnapshotFormat

/// The claims of writers to one collection (formats/lease.md). They save work and never give safety.
///
/// - A token rises, whoever acquires, takes over, breaks or dies.
/// - Whether a holder is alive is told by its beat and the looker's own monotonic clock, never by a time in the lease.
/// - Nothing that lies under `leases/` keeps anybody waiting for longer than a time to live after it stopped changing.
package struct Leases: Sendable {
  /// Names above the head's token that are looked at; and how many of their leases are read, the highest first.
  package static let listedCountMax = 10_000
  package static let readCountMax = 16
  /// Names so far below the head's token are listed too, for their totals and to be removed.
  static let pastCount: UInt64 = 64
  /// What is further above the head's token is nobody's.
  static let windowCount: UInt64 = 1 << 32

  package let catalog: any Catalog
  package let collection: CollectionName
  package let settings: CommitSettings

  package init(_ catalog: any Catalog, _ collection: CollectionName, settings: CommitSettings) {
    self.catalog = catalog
    self.collection = collection
    self.settings = settings
  }

  var origin: any ObjectTier { catalog.origin }

  /// Shows that the owner is alive; gives the lease with its new beat.
  package func beat(_ lease: Lease) throws(CatalogError) -> Lease {
    let next = lease.beating(at: settings.wallClock.now())
    try replace(next)
    return next
  }

  /// Gives a lease up. Its object stays, so that tokens rise.
  package func release(_ lease: Lease, heldMilliseconds: UInt64) throws(CatalogError) {
    try replace(lease.released(at: settings.wallClock.now(), heldMilliseconds: heldMilliseconds))
  }

  /// The token that fences this lease, nil while there is none. Costs the probes for the newest head, and reads it only
  /// when it is another than `known`.
  package func fence(of lease: Lease, known: inout Head) throws(CatalogError) -> UInt64? {
    if let newer = try HeadLine(origin, collection).newer(than: known) { known = newer }
    return known.fences.leaseToken > lease.token ? known.fences.leaseToken : nil
  }

  /// Fences whoever holds a lease now or thinks it does: raises the token in the head.
  ///
  /// - Returns: the new token.
  package func breakHold(deadline: Deadline) throws(CatalogError) -> UInt64 {
    for _ in 0..<max(settings.policy.forSmallChanges.attemptCountMax, 1) {
      let token = try look().nextToken()
      if try raise(to: token, deadline: deadline) { return token }
    }
    throw .contended(collection, attempts: settings.policy.forSmallChanges.attemptCountMax)
  }

  /// Commits a head with the token; false when the head has it already, or a higher one.
  func raise(to token: UInt64, deadline: Deadline) throws(CatalogError) -> Bool {
    var settings = settings
    settings.policy = settings.policy.forSmallChanges
    let transaction = CommitTransaction(catalog, collection, settings: settings, deadline: deadline)
    do throws(CommitFailure<CatalogError>) {
      let outcome = try transaction.retrying { (head) throws(CatalogError) in
        head.fences.leaseToken < token ? Proposal([.lease(token: token)]) : nil
      }
      if case .committed = outcome { return true }
      return false
    } catch {
      throw error.error
    }
  }

  private func replace(_ lease: Lease) throws(CatalogError) {
    let bytes = try bytes(of: lease)
    do throws(TierError) { try origin.replace(lease.key, bytes) } catch { throw .tier(error) }
  }

  func bytes(of lease: Lease) throws(CatalogError) -> [UInt8] {
    do throws(FormatError) { return try lease.encoded().bytes } catch { throw .beyondLimit(error) }
  }
}

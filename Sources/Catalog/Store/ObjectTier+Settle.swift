package import ObjectTier
package import Primitives
package import SnapshotFormat

extension ObjectTier {
  /// Creates an object whose name nobody else uses, and makes sure that it is there: a lost answer is read back, and
  /// what is absent is sent again. One that could not be synced is given up.
  /// - Throws: `.tier` with the tier's last word. The object may be there; nothing refers to it.
  package func settle(
    _ key: ObjectKey, _ bytes: [UInt8], settings: CommitSettings, deadline: Deadline
  ) throws(CatalogError) {
    let limit = deadline.earlier(Deadline(seconds: settings.policy.settleSeconds, from: settings.clock))
    for round in 1... {
      var failure = TierError(.failed, key: key, location: location, reason: "another object has this name")
      do throws(TierError) {
        if try create(key, bytes) == .created { return }
      } catch {
        failure = error
      }
      if CatalogError.tier(failure).isUnsynced { throw .tier(failure) }
      if (try? read(key, limit: bytes.count)) == bytes { return }
      let isLast = limit.hasPassed(on: settings.clock) || !CatalogError.tier(failure).mayHaveLanded
      if isLast { throw .tier(failure.withoutDoubt) }
      settings.pause(round: round, until: limit)
    }
  }
}

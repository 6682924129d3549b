package import ObjectTier
package import Primitives
package import SnapshotFormat

/// The announcements of writers in one collection (formats/intent.md). They save work and never give safety.
package struct Intents: Sendable {
  package static let listedCountMax = 10_000

  package let origin: any ObjectTier
  package let collection: CollectionName
  private let settings: CommitSettings

  package init(_ origin: any ObjectTier, _ collection: CollectionName, settings: CommitSettings) {
    self.origin = origin
    self.collection = collection
    self.settings = settings
  }

  /// Announces work on `base`, before its first pack is written.
  package func announce(
    _ action: HeadAction, on base: Head, secondsToLive: UInt32 = 3_600, deadline: Deadline
  ) throws(CatalogError) -> Intent {
    let intent = Intent(
      collection: collection, identifier: IntentIdentifier(random: settings.random), action: action,
      baseRevision: base.revision, gcEpoch: base.fences.gcEpoch, started: settings.wallClock.now(),
      secondsToLive: secondsToLive, owner: settings.owner)
    try origin.settle(intent.key, try bytes(intent), settings: settings, deadline: deadline)
    return intent
  }

  /// Takes the announcement back, after the head was created or the work given up. One that is gone is no error.
  package func withdraw(_ intent: IntentIdentifier) throws(CatalogError) {
    do throws(TierError) { try origin.remove(.intent(collection, intent)) } catch { throw .tier(error) }
  }

  private func bytes(_ intent: Intent) throws(CatalogError) -> [UInt8] {
    do throws(FormatError) { return try intent.encoded().bytes } catch { throw .beyondLimit(error) }
  }
}

/// What one call of `Catalog.publish` spent its time on.
package struct PublicationTimes: Sendable, Equatable {
  /// Until the turn came; 0 where writers take no turns.
  package var waitedNanoseconds: UInt64 = 0
  /// With the turn, to open and close what the catalog keeps beside the heads.
  package var openedNanoseconds: UInt64 = 0
  /// The head step itself: from the look at what is there to the head's name, and the note of it, being durable.
  package var heldNanoseconds: UInt64 = 0

  package init() {}

  /// Is told of each call.
  package typealias Observer = @Sendable (PublicationTimes) -> Void
}

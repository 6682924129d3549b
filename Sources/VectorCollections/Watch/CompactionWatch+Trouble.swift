internal import Catalog
internal import FileIO
internal import ObjectTier
package import SnapshotStore

extension CompactionWatch.Trouble {
  /// What a failure is to a watch; nil for what does not pass by itself.
  ///
  /// A failed call is trouble, whatever the system said: disks and networks that fail once serve again, and one that
  /// does not is told each time.
  package init?(_ error: StoreError) {
    switch error {
    case .tier(let error): self.init(error)
    case .catalog(let error): self.init(error)
    case .file(let error): self.init(error)
    case .damage, .notFound, .changed, .invalid: return nil
    }
  }

  private init?(_ error: TierError) {
    switch error.kind {
    case .failed, .stalled, .noSpace, .outcomeUnknown, .unsynced: self = .tier
    case .notFound, .tooShort, .tooLarge, .denied: return nil
    }
  }

  private init?(_ error: CatalogError) {
    switch error {
    case .conflict, .contended: self = .conflict
    case .fenced, .locked: self = .locked
    case .outcomeUnknown, .timedOut, .localFull: self = .tier
    case .tier(let error): self.init(error)
    case .damaged, .notFound, .refused, .registeredAs, .beyondLimit, .local: return nil
    }
  }

  private init?(_ error: FileError) {
    switch error.meaning {
    case .noSpace, .unreachable: self = .tier
    case .timedOut, .busy: self = .locked
    default: return nil
    }
  }
}

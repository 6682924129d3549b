internal import Catalog
public import Primitives
internal import SnapshotFormat

/// Who holds the lease of a collection, at one moment. For people to look at; never decides anything.
public struct LockStatus: Sendable, Equatable {
  /// Whether others wait.
  public enum State: String, Sendable {
    /// Nobody holds it.
    case free
    /// Somebody holds it, or did until a moment ago: whether it is alive shows only in whether its beat rises.
    case held
    /// Something is there that cannot be read; after a while it is taken over.
    case unreadable
  }

  /// What all leases of the collection came to, as far as the last one tells.
  public struct Totals: Sendable, Equatable {
    /// Leases acquired.
    public let acquired: UInt64
    /// Of them, taken over from a holder without a sign of life.
    public let takenOver: UInt64
    /// Seconds waited for them.
    public let waitedSeconds: Double
    /// Seconds they were held.
    public let heldSeconds: Double
  }

  /// The collection it is about.
  public let collection: String
  /// Whether others wait.
  public let state: State
  /// The token of who holds it, or of the last one who did; nil when nobody did, or it cannot be told.
  public let token: UInt64?
  /// The token in the head: who has a lower one publishes nothing.
  public let fence: UInt64
  /// Who holds it, or held it last.
  public let owner: String?
  /// When it was acquired, by the owner's clock.
  public let since: Timestamp?
  /// When it ends without a further beat, by the owner's clock.
  public let until: Timestamp?
  /// How often its owner gave a sign of life.
  public let beat: UInt64?
  /// What all leases came to; nil when none can be read.
  public let totals: Totals?
  /// What is wrong with it, if something is.
  public let defect: String?
}

extension LockStatus {
  init(_ sighting: LeaseSighting, of collection: CollectionName) {
    self.collection = collection.string
    fence = sighting.headToken
    totals = sighting.last.map { Totals($0.totals) }
    switch sighting.holders.first {
    case .unreadable(let token, let reason):
      state = .unreadable
      self.token = token
      (owner, since, until, beat) = (nil, nil, nil, nil)
      defect = reason
    case .lease, nil:
      let lease = sighting.holders.isEmpty ? sighting.last : sighting.holders.first?.lease
      state = sighting.holders.isEmpty ? .free : .held
      token = lease?.token
      owner = lease?.owner
      since = lease?.started
      until = lease.flatMap { $0.state == .held ? $0.end : nil }
      beat = lease?.beat
      defect = nil
    }
  }
}

extension LockStatus.Totals {
  fileprivate init(_ totals: LeaseTotals) {
    acquired = totals.acquired
    takenOver = totals.takenOver
    waitedSeconds = Double(totals.waitedMilliseconds) / 1_000
    heldSeconds = Double(totals.heldMilliseconds) / 1_000
  }
}

extension LeaseSighting.Holder {
  fileprivate var lease: Lease? {
    if case .lease(let lease) = self { lease } else { nil }
  }
}

extension Lease {
  /// Nil for a moment that no clock shows.
  fileprivate var end: Timestamp? {
    let (end, isAbsurd) = beaten.milliseconds.addingReportingOverflow(Int64(millisecondsToLive))
    return isAbsurd ? nil : Timestamp(milliseconds: end)
  }
}

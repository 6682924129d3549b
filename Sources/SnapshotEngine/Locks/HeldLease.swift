internal import Catalog
internal import Logging
internal import SnapshotStore
internal import VectorCollections

/// A lease that a call held.
public struct HeldLease: Sendable, Equatable {
  /// Its number. The next holder has a higher one.
  public let token: UInt64
  /// Who held it, as others see it: `host:pid`.
  public let owner: String
  /// Whether it was taken over from a holder that gave no sign of life any more.
  public let isTakeover: Bool
  /// How long it was waited for.
  public let waitedSeconds: Double
  /// How long it was held.
  public let heldSeconds: Double

  init(_ report: LeaseReport) {
    token = report.token
    owner = report.owner
    isTakeover = report.isTakeover
    waitedSeconds = Double(report.waitedMilliseconds) / 1_000
    heldSeconds = Double(report.heldMilliseconds) / 1_000
  }
}

extension EngineCall {
  private static let leaseLogger = Logger(label: "snapshot-engine.leases")

  /// How calls take leases: they wait no longer than the call runs, and what happens is logged.
  var leaseUse: LeaseUse {
    LeaseUse(
      isStopped: { [self] in isStopped },
      changed: { change, report in
        let level: Logger.Level = change == .fenced ? .warning : .info
        EngineCall.leaseLogger.log(level: level, "lease \(change.rawValue)", metadata: report.metadata)
      })
  }
}

extension LeaseReport {
  fileprivate var metadata: Logger.Metadata {
    [
      "collection": "\(collection)", "token": "\(token)", "owner": "\(owner)", "takeover": "\(isTakeover)",
      "waitedMilliseconds": "\(waitedMilliseconds)", "heldMilliseconds": "\(heldMilliseconds)",
    ]
  }
}

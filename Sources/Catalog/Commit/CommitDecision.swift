package import SnapshotFormat

/// What becomes of a proposal now that a certain head is the newest (formats/head.md §3, §4).
package enum CommitDecision: Sendable, Equatable {
  /// Make the changes to the newest head and create the next.
  case build
  /// Phase 1 again, on the newest head.
  case prepareAgain(Reason)
  /// Somebody else's version came in between. Nothing is published.
  case conflict(expected: UInt64)
  case fenced(token: UInt64, higher: UInt64)

  package enum Reason: Sendable, Equatable {
    /// A version came since, and the changes are a function of the base.
    case versionsMoved
    /// A collection pass fenced the line: references have to be checked against its lists.
    case epochRose
    /// The intent is older than the least one that may publish.
    case intentTooOld
    /// What the changes depend on was changed.
    case dependencyChanged
  }
}

extension Proposal {
  /// Pure. Compares the two heads themselves, so that it does not matter how many came in between or what they were
  /// called.
  package func decide(base: Head, newest: Head) -> CommitDecision {
    if let token = leaseToken, token < newest.fences.leaseToken {
      return .fenced(token: token, higher: newest.fences.leaseToken)
    }
    if case .version(let expected) = basis, newest.newestVersion != expected { return .conflict(expected: expected) }
    if intentEpoch < newest.fences.leastIntentEpoch { return .prepareAgain(.intentTooOld) }
    if addsVersion, newest.fences.gcEpoch > base.fences.gcEpoch { return .prepareAgain(.epochRose) }
    if basis == .head, newest.newestVersion != base.newestVersion { return .prepareAgain(.versionsMoved) }
    if changes.contains(where: { $0.depends(onWhatChangedFrom: base, to: newest) }) {
      return .prepareAgain(.dependencyChanged)
    }
    return .build
  }
}

extension HeadChange {
  /// Whether what this change was worked out from is another one now.
  package func depends(onWhatChangedFrom base: Head, to newest: Head) -> Bool {
    switch self {
    case .create, .fence, .oldestRecord: false
    // Somebody else began the line: there is nothing left to begin.
    case .begin: base.revision != newest.revision
    case .schema: base.schema != newest.schema || base.newestVersion != newest.newestVersion
    case .register: base.collections != newest.collections
    case .compact:
      base.quarantine != newest.quarantine || base.fences.oldestRecord != newest.fences.oldestRecord
        || base.schema != newest.schema
    case .tag(let name, _), .tagNewest(let name), .untag(let name):
      base.version(tagged: name) != newest.version(tagged: name) || base.oldestVersion != newest.oldestVersion
    case .hold(let hold): dependsOnHold(hold.version, hold.label, base, newest)
    case .release(let version, let label): dependsOnHold(version, label, base, newest)
    case .policy(let key, _): base.policy.first { $0.key == key } != newest.policy.first { $0.key == key }
    case .quarantine, .readmit: base.quarantine != newest.quarantine
    case .lease: base.fences.leaseToken != newest.fences.leaseToken
    case .retain:
      base.tags != newest.tags || base.holds != newest.holds || base.policy != newest.policy
        || base.oldestVersion != newest.oldestVersion
    }
  }

  private func dependsOnHold(_ version: UInt64, _ label: String, _ base: Head, _ newest: Head) -> Bool {
    func held(_ head: Head) -> Hold? { head.holds.first { $0.version == version && $0.label == label } }
    return held(base) != held(newest) || base.oldestVersion != newest.oldestVersion
  }
}

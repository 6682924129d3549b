/// What was injected in a run, or met by the protocol's code. A figure fails for each one that never happens.
package enum Occurrence: String, CaseIterable, Sendable {
  case crashBefore = "crash before the effect"
  case crashAfter = "crash after the effect"
  case crashUnderWay = "crash with the effect still to come"
  case pause = "pause beyond the time to live"
  case answerLostLanded = "answer lost, landed"
  case answerLostNever = "answer lost, never landed"
  case answerLostLater = "answer lost, landed later"
  case ownExists = "told that one's own object exists"
  case unsynced = "landed, could not be synced"
  case failure = "call failed for sure"
  case staleListing = "listing lagged behind"
  case clockOff = "wall clock off"
  case restart = "restarted after a crash"

  case mergedOverTag = "merged over a tag"
  case mergedOverHold = "merged over a hold"
  case mergedOverRetention = "merged over retention"
  case mergedOverFence = "merged over a fence"
  case stackedOnVersion = "stacked on another version"
  case versionsMoved = "prepared again: versions moved"
  case epochRose = "prepared again: the epoch rose"
  case intentTooOld = "prepared again: the intent is too old"
  case dependencyChanged = "prepared again: a dependency changed"
  case conflict = "stopped: conflict"
  case fenced = "stopped: fenced"
  case readBackMine = "read back: mine"
  case readBackOther = "read back: another's"
  case readBackAbsent = "read back: absent"
  case sentAgain = "sent again, the same bytes"
  case unknown = "outcome unknown"

  case appended = "delta appended"
  case voided = "delta void, appended again"
  case alreadyThere = "delta delivered again: there already"
  case alreadyCompacted = "delta delivered again: compacted already"
  case renumbered = "delta's number taken by another"
  case heldBack = "delta left waiting: its clock is ahead"
  case deltaRemoved = "compacted delta removed"
  case takenOver = "lease taken over"
  case released = "lease released"
  case broken = "lease broken"
  case leaseRefused = "lease not had in time"
}

/// How often each happened.
package struct Coverage: Sendable {
  package private(set) var counts: [Occurrence: Int] = [:]

  package init() {}

  package mutating func add(_ occurrence: Occurrence, _ count: Int = 1) { counts[occurrence, default: 0] += count }

  package mutating func merge(_ other: Coverage) { counts.merge(other.counts) { $0 + $1 } }

  package func count(of occurrence: Occurrence) -> Int { counts[occurrence] ?? 0 }

  package var missing: [Occurrence] { Occurrence.allCases.filter { count(of: $0) == 0 } }
}

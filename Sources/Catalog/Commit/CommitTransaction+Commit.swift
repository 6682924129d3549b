internal import ObjectTier
internal import Primitives
package import SnapshotFormat

/// What one call of `commit` came to.
package enum CommitStep: Sendable, Equatable {
  case committed(Head, merges: Int)
  case prepareAgain(CommitDecision.Reason, newest: Head)
}

extension CommitTransaction {
  /// Phase 2: decides upon the newest head and creates the next, as long as the decision stays "build".
  package func commit(_ proposal: Proposal, base: Head) throws(CatalogError) -> CommitStep {
    var newest = base
    var spill = Spill()
    for merges in 0...max(settings.policy.mergeCountMax, 0) {
      let decision = proposal.decide(base: base, newest: newest)
      settings.decided(decision, base, newest)
      switch decision {
      case .prepareAgain(let reason): return .prepareAgain(reason, newest: newest)
      case .conflict(let expected):
        throw .conflict(Conflict(collection: line.collection, expected: expected, head: newest))
      case .fenced(let token, let higher): throw .fenced(line.collection, token: token, higher: higher)
      case .build: break
      }
      if let head = try createNext(proposal, after: newest, &spill) { return .committed(head, merges: merges) }
      settings.pause(round: 1, until: deadline)
      newest = try refresh()
    }
    throw .contended(line.collection, attempts: settings.policy.mergeCountMax)
  }

  /// The head after `newest` with the proposal's changes, created; nil when the number was taken by another.
  private func createNext(
    _ proposal: Proposal, after newest: Head, _ spill: inout Spill
  ) throws(CatalogError) -> Head? {
    guard !deadline.hasPassed(on: settings.clock) else { throw .timedOut("nothing was published") }
    let next = try head(proposal, after: newest, &spill)
    let bytes: [UInt8]
    do throws(FormatError) { bytes = try next.encoded().bytes } catch { throw .beyondLimit(error) }
    let isMine = try place(HeadPublication(next, bytes: bytes))
    catalog.hints.note(next.revision, of: line.collection)
    return isMine ? next : nil
  }

  private func head(_ proposal: Proposal, after newest: Head, _ spill: inout Spill) throws(CatalogError) -> Head {
    let mark = HeadMark(
      writeIdentifier: UniqueName(random: settings.random), intent: proposal.intent, created: settings.wallClock.now())
    let next: Head
    do throws(HeadChangeError) {
      next = try newest.applying(proposal.changes, mark: mark)
    } catch {
      if case .tokenNotAbove(let held) = error, case .lease(let token)? = proposal.changes.first {
        throw .fenced(line.collection, token: token, higher: held)
      }
      throw .refused(error)
    }
    return next.mustSpill ? try spill.shorten(next, settings: settings, origin: catalog.origin, deadline) : next
  }
}

/// The rows that move out of a head which grew too long. Written once for one commit, however often it is merged.
private struct Spill {
  private var name: UniqueName?
  private var written: [UInt8] = []

  mutating func shorten(
    _ head: Head, settings: CommitSettings, origin: any ObjectTier, _ deadline: Deadline
  ) throws(CatalogError) -> Head {
    let name = self.name ?? UniqueName(random: settings.random)
    var shortened = try cut(head, name)
    guard self.name == nil || shortened.bytes != written else { return shortened.head }
    let fresh = self.name == nil ? name : UniqueName(random: settings.random)
    if self.name != nil { shortened = try cut(head, fresh) }
    try origin.settle(.versions(fresh), shortened.bytes, settings: settings, deadline: deadline)
    self.name = fresh
    written = shortened.bytes
    return shortened.head
  }

  private func cut(_ head: Head, _ name: UniqueName) throws(CatalogError) -> (head: Head, bytes: [UInt8]) {
    do throws(FormatError) { return try head.spilled(to: name) } catch { throw .beyondLimit(error) }
  }
}

internal import ObjectTier
internal import Primitives
internal import SnapshotFormat

/// Something was sent, and may land yet: why nobody knows, and until when it is looked for.
private struct Doubt {
  let cause: String
  let limit: Deadline
}

extension CommitTransaction {
  /// Creates a head's object and finds out whether it is this one that is there.
  ///
  /// A lost answer is never guessed: the revision is read back; while it is absent, the same bytes are sent to the same
  /// number, until something is there or the limit passes (formats/head.md §4).
  /// - Returns: true when the object carries the write-id, false when it is another's.
  /// - Throws: `.outcomeUnknown` when something was sent and nothing came to be there within the limit; also when it is
  /// there, and may be gone after a crash.
  func place(_ publication: HeadPublication) throws(CatalogError) -> Bool {
    var doubt: Doubt?
    // No later answer ends this one.
    var unsynced: Doubt?
    for round in 1... {
      let failure: CatalogError?
      switch send(publication, doubt?.limit) {
      case .success(.created) where unsynced == nil: return true
      case .success: failure = nil
      case .failure(let error):
        failure = error
        if error.isUnsynced { unsynced = Doubt(cause: "\(error)", limit: settleLimit) }
      }
      if let failure, !reachedTheTier(failure) {
        if doubt == nil { throw failure }
      } else if let isMine = try readBack(publication, failure, &doubt) {
        guard isMine, let unsynced else { return isMine }
        throw unknown(publication, unsynced)
      }
      settings.pause(round: round, until: doubt?.limit ?? deadline)
      if let doubt, doubt.limit.hasPassed(on: settings.clock) { throw unknown(publication, doubt) }
    }
    return false
  }

  /// - Parameter limit: by which a doubt ends, and with it every call that might remove it.
  private func send(_ publication: HeadPublication, _ limit: Deadline?) -> Result<CreateOutcome, CatalogError> {
    let catalog = limit.map { self.catalog.bounded(by: $0) } ?? self.catalog
    let lockTimeout = Deadline(seconds: settings.policy.lockTimeoutSeconds, from: settings.clock)
    let turn = (limit ?? deadline).earlier(lockTimeout)
    do throws(CatalogError) {
      return .success(try catalog.publish(publication, deadline: turn))
    } catch {
      return .failure(error)
    }
  }

  /// Only then can something be there.
  private func reachedTheTier(_ error: CatalogError) -> Bool {
    if case .tier = error { true } else { false }
  }

  /// Whether what is there under the number is mine; nil when nothing is there, or it cannot be read.
  ///
  /// Nothing, or no answer, after a call that surely failed is a failure; after one that may have landed it leaves a
  /// doubt.
  private func readBack(
    _ publication: HeadPublication, _ failure: CatalogError?, _ doubt: inout Doubt?
  ) throws(CatalogError) -> Bool? {
    var cause = failure.map { "\($0)" } ?? "the origin says that it exists, and does not show it"
    let limit = doubt?.limit ?? settleLimit
    do throws(CatalogError) {
      let line = HeadLine(catalog.origin.bounded(by: limit), line.collection)
      if let seen = try line.head(at: publication.revision) {
        return seen.writeIdentifier == publication.writeIdentifier
      }
    } catch {
      // Damage where the head is to be is for people; a tier that does not answer is asked again.
      guard case .tier = error else { throw error }
      cause += "; \(error)"
    }
    if let failure, !failure.mayHaveLanded, doubt == nil { throw failure }
    if doubt == nil { doubt = Doubt(cause: cause, limit: limit) }
    return nil
  }

  private var settleLimit: Deadline {
    deadline.earlier(Deadline(seconds: settings.policy.settleSeconds, from: settings.clock))
  }

  private func unknown(_ publication: HeadPublication, _ doubt: Doubt) -> CatalogError {
    .outcomeUnknown(
      UnknownOutcome(
        collection: publication.collection, revision: publication.revision,
        writeIdentifier: publication.writeIdentifier, cause: doubt.cause))
  }
}

package import Primitives
package import SnapshotFormat

/// One optimistic commit to one line: read the head, prepare, create the next head.
///
/// ```swift
/// let transaction = CommitTransaction(catalog, collection, settings: settings, deadline: deadline)
/// let outcome = try transaction.retrying { base throws(StoreError) in try proposal(on: base) }
/// ```
/// - A head is created with the number after the one that was decided upon, and with no other.
/// - Nothing is published by a call that throws, except `.outcomeUnknown`, which says so.
/// - Costs without contention: the probes for the newest head, one read, one create.
package struct CommitTransaction: Sendable {
  package let catalog: any Catalog
  package let line: HeadLine
  package let settings: CommitSettings
  package let deadline: Deadline
  /// What is built upon when the line has no head yet; nil: a line that must be there.
  let beginning: Head?

  package init(
    _ catalog: any Catalog, _ collection: CollectionName, settings: CommitSettings, deadline: Deadline,
    beginning: Head? = nil
  ) {
    self.catalog = catalog
    line = HeadLine(catalog.origin, collection)
    self.settings = settings
    self.deadline = deadline
    self.beginning = beginning
  }

  /// The newest head, from the origin.
  ///
  /// - Throws: `.damaged` with an unsupported format where this program may not build upon it. Nothing was written.
  package func refresh() throws(CatalogError) -> Head {
    guard let head = try catalog.newestHead(of: line.collection) ?? beginning else {
      throw .notFound(.collection(line.collection))
    }
    try head.requireWritable()
    return head
  }

  /// Prepares on the newest head and commits, again and again within the limits of the policy.
  ///
  /// `prepare` gives nil when there is nothing to do. Whatever its proposal refers to must be durable when it returns.
  package func retrying<Preparing: Error>(
    _ prepare: (Head) throws(Preparing) -> Proposal?
  ) throws(CommitFailure<Preparing>) -> CommitOutcome {
    let attemptCountMax = max(settings.policy.attemptCountMax, 1)
    for attempt in 1...attemptCountMax {
      let base: Head
      do throws(CatalogError) { base = try refresh() } catch { throw .catalog(error) }
      let prepared: Proposal?
      do throws(Preparing) { prepared = try prepare(base) } catch { throw .preparing(error) }
      guard let proposal = prepared else { return .unchanged(base) }
      do throws(CatalogError) {
        if case .committed(let head, let merges) = try commit(proposal, base: base) {
          return .committed(Committed(head: head, proposal, attempts: attempt, merges: merges))
        }
      } catch { throw .catalog(error) }
      if attempt < attemptCountMax { settings.pause(round: attempt, until: deadline) }
    }
    throw .catalog(.contended(line.collection, attempts: attemptCountMax))
  }
}

/// What a transaction came to.
package enum CommitOutcome: Sendable, Equatable {
  case committed(Committed)
  /// There was nothing to do; the head that shows it.
  case unchanged(Head)

  /// The head after the transaction.
  package var head: Head {
    switch self {
    case .committed(let committed): committed.head
    case .unchanged(let head): head
    }
  }
}

package struct Committed: Sendable, Equatable {
  /// The head as it was written.
  package let head: Head
  /// The row of the version that came with it.
  package let row: VersionRow?
  /// How often phase 1 was begun, and how often its last result was carried over to a newer head.
  package let attempts: Int
  package let merges: Int

  init(head: Head, _ proposal: Proposal, attempts: Int, merges: Int) {
    self.head = head
    row = proposal.addsVersion ? head.newestRow : nil
    self.attempts = attempts
    self.merges = merges
  }
}

extension Head {
  /// Whoever appends to a line, or writes anything for it, asks this of the head before (formats/preamble.md §1).
  package func requireWritable() throws(CatalogError) {
    if let refusal = writers.refusal("head") { throw .damaged(key, refusal) }
  }
}

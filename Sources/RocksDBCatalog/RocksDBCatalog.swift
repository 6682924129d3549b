package import Catalog
internal import FileIO
package import ObjectTier
package import Primitives
package import SnapshotFormat

/// Orders the commits of one machine by an embedded RocksDB; the head's object in the origin stays the commit point.
///
/// - The processes take turns by a local lock, and have the database open for one commit only: never while work is
///   prepared, never to read.
/// - The database remembers what was committed here last. It may lag, be damaged or be gone: it is made anew, and
///   everything in it is read from the origin again. So may its whole directory, at any time.
/// - Only on a local disk: a lock between hosts cannot be trusted.
///
/// Cost of a commit: one create in the origin, and the opening and closing of a small database (about 20 ms).
package struct RocksDBCatalog: Catalog {
  package let origin: any ObjectTier
  package let hints: RevisionHints
  /// The directory that holds the lock and the database.
  package let directory: String
  let clock: any MonotonicClock
  let random: any RandomSource
  private let told: PublicationTimes.Observer

  package init(
    _ origin: any ObjectTier, directory: String, clock: any MonotonicClock, random: any RandomSource,
    hints: RevisionHints = RevisionHints(), told: @escaping PublicationTimes.Observer = { _ in }
  ) {
    self.origin = origin
    self.hints = hints
    self.directory = directory
    self.clock = clock
    self.random = random
    self.told = told
  }

  package var kind: CatalogKind { .rocksdb }

  package func bounded(by deadline: Deadline) -> any Catalog {
    RocksDBCatalog(
      origin.bounded(by: deadline), directory: directory, clock: clock, random: random, hints: hints.ofOneCall(),
      told: told)
  }

  package func publish(_ publication: HeadPublication, deadline: Deadline) throws(CatalogError) -> CreateOutcome {
    let home = try openHome()
    var times = PublicationTimes()
    let asked = clock.nanoseconds()
    // Held to the end of the call: it goes after the database, which is closed first.
    let turn = try takeTurn(in: home, until: deadline)
    let began = clock.nanoseconds()
    defer {
      times.waitedNanoseconds = began - asked
      times.openedNanoseconds = clock.nanoseconds() - began - times.heldNanoseconds
      told(times)
      withExtendedLifetime(turn) {}
    }
    return try publish(publication, in: try openDatabase(in: home, until: deadline), &times)
  }

  private func publish(
    _ publication: HeadPublication, in database: consuming RocksDatabase, _ times: inout PublicationTimes
  ) throws(CatalogError) -> CreateOutcome {
    let began = clock.nanoseconds()
    defer { times.heldNanoseconds = clock.nanoseconds() - began }
    return try database.transaction { (transaction) throws(CatalogError) in
      let seen = try known(publication, transaction)
      if let seen, try isTaken(publication, seen) { return .exists }
      let outcome = try create(publication)
      remember(publication, outcome, before: seen, transaction)
      return outcome
    }
  }
}

extension RocksDBCatalog {
  /// What the database remembers, marked so that the commit fails when somebody changes it meanwhile.
  private func known(
    _ publication: HeadPublication, _ transaction: borrowing RocksTransaction
  ) throws(CatalogError) -> CatalogEntry? {
    let collection = publication.collection
    do throws(RocksError) {
      let head = CatalogEntry(try transaction.getForUpdate(CatalogEntry.headKey(collection)))
      let intent = CatalogEntry(
        try transaction.getForUpdate(CatalogEntry.intentKey(collection, publication.intent)))
      // An intent that committed this very write: the answer was lost on the way.
      return intent?.writeIdentifier == publication.writeIdentifier ? intent : head
    } catch {
      throw CatalogError(error)
    }
  }

  /// Whether the number is known to be taken. The origin decides: a database from elsewhere may know too much.
  private func isTaken(_ publication: HeadPublication, _ seen: CatalogEntry) throws(CatalogError) -> Bool {
    guard seen.revision >= publication.revision else { return false }
    do throws(TierError) { return try origin.byteCount(of: publication.key) != nil } catch { throw .tier(error) }
  }

  private func create(_ publication: HeadPublication) throws(CatalogError) -> CreateOutcome {
    do throws(TierError) {
      return try origin.create(publication.key, publication.bytes)
    } catch {
      throw .tier(error)
    }
  }

  /// Writes down what the origin has now. A failure is none of the caller's: the head is committed, and the database
  /// catches up with the next one. "Resource busy" among them: somebody removed the lock, and was faster here, not in
  /// the origin.
  private func remember(
    _ publication: HeadPublication, _ outcome: CreateOutcome, before seen: CatalogEntry?,
    _ transaction: borrowing RocksTransaction
  ) {
    guard outcome == .created else { return }
    let entry = CatalogEntry(publication)
    let collection = publication.collection
    do throws(RocksError) {
      if let seen { try transaction.delete(CatalogEntry.intentKey(collection, seen.intent)) }
      try transaction.put(CatalogEntry.intentKey(collection, entry.intent), entry.bytes)
      try transaction.put(CatalogEntry.headKey(collection), entry.bytes)
      try transaction.commit()
    } catch {}
  }
}

internal import Catalog
internal import FileIO
internal import Primitives

extension RocksDBCatalog {
  private static let databaseName = LocalPath.local("db")
  private static let turnName = LocalPath.local("turn")
  /// Nobody is served first: each waits 1 … 16 ms between two looks, so that the turn goes to whoever looks next.
  private static let lookNanoseconds: UInt64 = 16_000_000

  /// The directory of the catalog, created when it is missing.
  func openHome() throws(CatalogError) -> Directory {
    do throws(FileError) {
      return try Directory.makeAll(path: directory)
    } catch {
      throw CatalogError(error)
    }
  }

  /// Waits for the turn of this process and thread.
  func takeTurn(in home: borrowing Directory, until deadline: Deadline) throws(CatalogError) -> FileLock {
    while true {
      do throws(FileError) {
        if let turn = try FileLock.attempt(RocksDBCatalog.turnName, in: home, .exclusive) { return turn }
      } catch {
        throw CatalogError(error)
      }
      try look(until: deadline)
    }
  }

  /// Opens the database; one that cannot be opened is thrown away and made anew.
  func openDatabase(
    in home: borrowing Directory, until deadline: Deadline
  ) throws(CatalogError) -> RocksDatabase {
    var isAnew = false
    while true {
      do throws(RocksError) {
        return try RocksDatabase(path: "\(directory)/db")
      } catch {
        switch error.kind {
        case .locked, .contended: try look(until: deadline)
        case .full: throw CatalogError(error)
        case .broken where isAnew: throw CatalogError(error)
        case .broken: try throwAway(in: home, because: error)
        }
        isAnew = error.kind == .broken
      }
    }
  }

  private func throwAway(in home: borrowing Directory, because reason: RocksError) throws(CatalogError) {
    do throws(FileError) {
      try home.removeTree(RocksDBCatalog.databaseName)
    } catch {
      throw .local("\(reason.message); and it cannot be removed: \(error)")
    }
  }

  private func look(until deadline: Deadline) throws(CatalogError) {
    guard !deadline.hasPassed(on: clock) else { throw .locked("another process uses \(directory) all the time") }
    let wait = 1_000_000 + random.next() % RocksDBCatalog.lookNanoseconds
    clock.sleep(nanoseconds: min(wait, deadline.nanosecondsLeft(on: clock) ?? wait))
  }
}

extension CatalogError {
  init(_ error: FileError) {
    self = error.meaning == .noSpace ? .localFull("\(error)") : .local("\(error)")
  }

  init(_ error: RocksError) {
    self = error.kind == .full ? .localFull(error.message) : .local(error.message)
  }
}

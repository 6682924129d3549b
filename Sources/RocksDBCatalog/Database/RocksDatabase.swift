internal import CRocksDB
internal import FileIO

/// An open optimistic-transaction database, and the only one who closes it.
///
/// RocksDB admits one process, and one owner in it, at a time.
@safe struct RocksDatabase: ~Copyable {
  private let handle: OpaquePointer

  deinit {
    CallNotes.during(.database) { unsafe catalog_database_close(handle) }
  }

  /// Opens the database in a directory, which is created when it is missing.
  init(path: String) throws(RocksError) {
    var opened: OpaquePointer?
    try unsafe RocksError.check { message in unsafe catalog_database_open(path, &opened, message) }
    guard let opened = unsafe opened else { throw RocksError(kind: .broken, message: "\(path) was not opened") }
    unsafe handle = opened
  }

  /// Runs `body` in a transaction that is thrown away unless `body` commits it.
  func transaction<Value, Failure: Error>(
    _ body: (borrowing RocksTransaction) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let transaction = unsafe RocksTransaction(in: handle)
    return try body(transaction)
  }
}

internal import CRocksDB

/// An open optimistic-transaction database, and the only one who closes it.
///
/// RocksDB admits one process, and one owner in it, at a time.
@safe struct RocksDatabase: ~Copyable {
  private let handle: OpaquePointer

  deinit {
    unsafe rocksdb_optimistictransactiondb_close(handle)
  }

  /// Opens the database in a directory, which is created when it is missing.
  init(path: String) throws(RocksError) {
    let options = try RocksOptions()
    let opened = try unsafe RocksError.check { error in
      unsafe rocksdb_optimistictransactiondb_open(options.handle, path, error)
    }
    guard let opened = unsafe opened else { throw RocksError(message: "\(path) was not opened, without a reason") }
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

/// How the database is opened, freed with its owner.
@safe private struct RocksOptions: ~Copyable {
  let handle: OpaquePointer

  deinit {
    unsafe rocksdb_options_destroy(handle)
  }

  init() throws(RocksError) {
    guard let created = unsafe rocksdb_options_create() else { throw RocksError(message: "no memory for options") }
    unsafe handle = created
    unsafe rocksdb_options_set_create_if_missing(created, 1)
    unsafe rocksdb_options_set_paranoid_checks(created, 1)
    // It is opened and closed for each commit, and holds a few kilobytes: no threads, logs and buffers for more.
    unsafe rocksdb_options_set_write_buffer_size(created, 1 << 20)
    unsafe rocksdb_options_set_keep_log_file_num(created, 1)
    unsafe rocksdb_options_set_info_log_level(created, 4)
    unsafe rocksdb_options_set_stats_dump_period_sec(created, 0)
    unsafe rocksdb_options_set_stats_persist_period_sec(created, 0)
  }
}

internal import CRocksDB

/// A transaction, rolled back and freed with its owner unless it was committed. Lives inside
/// `RocksDatabase.transaction`.
@safe struct RocksTransaction: ~Copyable {
  private let handle: OpaquePointer?
  private let readOptions: OpaquePointer?

  init(in database: OpaquePointer) {
    let writeOptions = unsafe rocksdb_writeoptions_create()
    let options = unsafe rocksdb_optimistictransaction_options_create()
    // Not synced: the origin has the truth, and what a crash takes from here is read from there again.
    unsafe rocksdb_writeoptions_set_sync(writeOptions, 0)
    unsafe rocksdb_optimistictransaction_options_set_set_snapshot(options, 1)
    unsafe handle = rocksdb_optimistictransaction_begin(database, writeOptions, options, nil)
    unsafe readOptions = rocksdb_readoptions_create()
    unsafe rocksdb_readoptions_set_verify_checksums(readOptions, 1)
    unsafe rocksdb_optimistictransaction_options_destroy(options)
    unsafe rocksdb_writeoptions_destroy(writeOptions)
  }

  deinit {
    unsafe rocksdb_readoptions_destroy(readOptions)
    unsafe rocksdb_transaction_destroy(handle)
  }

  /// The value of a key, nil when there is none; the commit fails when somebody changes it meanwhile.
  func getForUpdate(_ key: String) throws(RocksError) -> [UInt8]? {
    var byteCount = 0
    let value = try unsafe RocksError.check { error in
      unsafe rocksdb_transaction_get_for_update(handle, readOptions, key, key.utf8.count, &byteCount, 1, error)
    }
    guard let value = unsafe value else { return nil }
    let bytes = unsafe UnsafeRawBufferPointer(start: value, count: byteCount)
    let copy = unsafe Array(bytes)
    unsafe rocksdb_free(value)
    return copy
  }

  func put(_ key: String, _ value: [UInt8]) throws(RocksError) {
    try unsafe RocksError.check { error in
      unsafe value.withUnsafeBytes { bytes in
        let start = unsafe bytes.assumingMemoryBound(to: CChar.self).baseAddress
        unsafe rocksdb_transaction_put(handle, key, key.utf8.count, start, bytes.count, error)
      }
    }
  }

  func delete(_ key: String) throws(RocksError) {
    try unsafe RocksError.check { error in unsafe rocksdb_transaction_delete(handle, key, key.utf8.count, error) }
  }

  func commit() throws(RocksError) {
    try unsafe RocksError.check { error in unsafe rocksdb_transaction_commit(handle, error) }
  }
}

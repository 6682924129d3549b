internal import CRocksDB
internal import Glibc

/// A transaction, rolled back and freed with its owner unless it was committed. Lives inside
/// `RocksDatabase.transaction`.
@safe struct RocksTransaction: ~Copyable {
  private let handle: OpaquePointer?

  init(in database: OpaquePointer) {
    unsafe handle = catalog_transaction_begin(database)
  }

  deinit {
    unsafe catalog_transaction_end(handle)
  }

  /// The value of a key, nil when there is none; the commit fails when somebody changes it meanwhile.
  func getForUpdate(_ key: String) throws(RocksError) -> [UInt8]? {
    var value: UnsafeMutablePointer<CChar>?
    var byteCount = 0
    try unsafe RocksError.check { message in
      unsafe catalog_transaction_get_for_update(handle, key, key.utf8.count, &value, &byteCount, message)
    }
    guard let value = unsafe value else { return nil }
    defer { unsafe free(value) }
    return unsafe Array(UnsafeRawBufferPointer(start: value, count: byteCount))
  }

  func put(_ key: String, _ value: [UInt8]) throws(RocksError) {
    try unsafe RocksError.check { message in
      unsafe value.withUnsafeBytes { bytes in
        let start = unsafe bytes.assumingMemoryBound(to: CChar.self).baseAddress
        return unsafe catalog_transaction_put(handle, key, key.utf8.count, start, bytes.count, message)
      }
    }
  }

  func delete(_ key: String) throws(RocksError) {
    try unsafe RocksError.check { message in
      unsafe catalog_transaction_delete(handle, key, key.utf8.count, message)
    }
  }

  func commit() throws(RocksError) {
    try unsafe RocksError.check { message in unsafe catalog_transaction_commit(handle, message) }
  }
}

internal import CRocksDB

/// What RocksDB said. It gives text only; the kinds are read from how the text begins.
struct RocksError: Error, Equatable {
  enum Kind: Equatable {
    /// Somebody was faster: "Resource busy", "Operation failed. Try again.".
    case contended
    /// Another process has the database open.
    case locked
    /// Anything else. The database can be thrown away.
    case broken
  }

  let message: String

  var kind: Kind {
    if message.hasPrefix("Resource busy") || message.hasPrefix("Operation failed. Try again.") { return .contended }
    if message.contains("lock file") || message.contains("lock hold by") { return .locked }
    return .broken
  }

  /// Calls into RocksDB, and turns the error it leaves into one of ours; its text is freed.
  static func check<Value>(
    _ call: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
  ) throws(RocksError) -> Value {
    var text: UnsafeMutablePointer<CChar>?
    let value = unsafe call(&text)
    guard let text = unsafe text else { return value }
    let message = unsafe String(cString: text)
    unsafe rocksdb_free(text)
    throw RocksError(message: message)
  }
}

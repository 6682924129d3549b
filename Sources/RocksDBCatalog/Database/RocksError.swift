internal import CRocksDB
internal import FileIO
internal import Glibc

/// What RocksDB said.
struct RocksError: Error, Equatable {
  enum Kind: Equatable {
    /// Somebody was faster.
    case contended
    /// Another process has the database open.
    case locked
    /// No room on its disk.
    case full
    /// Anything else. The database can be thrown away.
    case broken
  }

  let kind: Kind
  let message: String

  /// Calls into RocksDB, and turns the status and the text it leaves into one of ours; the text is freed.
  static func check(
    _ call: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> catalog_status
  ) throws(RocksError) {
    var text: UnsafeMutablePointer<CChar>?
    let status = CallNotes.during(.database) { unsafe call(&text) }
    defer { unsafe free(text) }
    guard let kind = Kind(status) else { return }
    throw RocksError(kind: kind, message: unsafe text.map { unsafe String(cString: $0) } ?? "no reason was given")
  }
}

extension RocksError.Kind {
  /// Nil where nothing went wrong.
  fileprivate init?(_ status: catalog_status) {
    switch status {
    case CATALOG_OK, CATALOG_ABSENT: return nil
    case CATALOG_CONTENDED: self = .contended
    case CATALOG_LOCKED: self = .locked
    case CATALOG_FULL: self = .full
    default: self = .broken
    }
  }
}

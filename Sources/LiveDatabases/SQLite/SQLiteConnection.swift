internal import CSQLite
internal import FileIO

/// What SQLite failed with.
struct SQLiteError: Error {
  /// The result code without its extension.
  let code: Int32
  let message: String

  /// Whether somebody else holds the database; later it may go.
  var isBusy: Bool { code == SQLITE_BUSY || code == SQLITE_LOCKED }
  var isNoSpace: Bool { code == SQLITE_FULL }
  /// Whether the database must be written before it can be read, which was not allowed.
  var needsWriting: Bool { code == SQLITE_READONLY || code == SQLITE_CANTOPEN }
}

/// An open database, and the only one who closes it. One thread at a time.
@safe final class SQLiteConnection {
  enum Intent {
    case read
    case readWrite

    fileprivate var flags: Int32 {
      switch self {
      case .read: SQLITE_OPEN_READONLY
      case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      }
    }
  }

  private let handle: OpaquePointer
  private static let busyMilliseconds: Int32 = 2_000
  /// Pages that are copied at once: whoever watches this process sees that something moves.
  private static let pageCountMax: Int32 = 256

  /// - Parameters:
  ///   - path: bytes without NUL.
  ///   - fileSystem: by which SQLite reaches it; nil: its own.
  init(path: [UInt8], _ intent: Intent, fileSystem: String? = nil) throws(SQLiteError) {
    var handle: OpaquePointer?
    let name = path.map { CChar(bitPattern: $0) } + [0]
    let code = CallNotes.during(.database) {
      unsafe sqlite3_open_v2(name, &handle, intent.flags | SQLITE_OPEN_NOMUTEX, fileSystem)
    }
    guard code == SQLITE_OK, let opened = unsafe handle else {
      let message = SQLiteConnection.message(code)
      unsafe sqlite3_close_v2(handle)
      throw SQLiteError(code: code & 0xFF, message: message)
    }
    unsafe self.handle = opened
    unsafe sqlite3_busy_timeout(opened, SQLiteConnection.busyMilliseconds)
  }

  deinit {
    _ = CallNotes.during(.database) { unsafe sqlite3_close_v2(handle) }
  }

  /// Runs one statement and drops its rows.
  func run(_ statement: StaticString) throws(SQLiteError) {
    let code = unsafe sqlite3_exec(handle, "\(statement)", nil, nil, nil)
    guard code == SQLITE_OK else { throw SQLiteError(code: code & 0xFF, message: SQLiteConnection.message(code)) }
  }

  /// Makes `target` this database as of one moment. Whoever writes it waits as long.
  func copy(to target: SQLiteConnection) throws(SQLiteError) {
    try beginReading()
    guard let backup = unsafe sqlite3_backup_init(target.handle, "main", handle, "main") else {
      let code = unsafe sqlite3_errcode(target.handle)
      throw SQLiteError(code: code & 0xFF, message: SQLiteConnection.message(code))
    }
    var step = SQLITE_OK
    while step == SQLITE_OK {
      step = CallNotes.during(.database) { unsafe sqlite3_backup_step(backup, SQLiteConnection.pageCountMax) }
    }
    let end = unsafe sqlite3_backup_finish(backup)
    guard step == SQLITE_DONE, end == SQLITE_OK else {
      let code = step == SQLITE_DONE ? end : step
      throw SQLiteError(code: code & 0xFF, message: SQLiteConnection.message(code))
    }
  }

  /// The moment begins here, and lasts until the connection is closed. Nothing but the header is read: the rest may be
  /// damaged.
  private func beginReading() throws(SQLiteError) {
    try run("BEGIN")
    let result = CallNotes.during(.database) { Result { () throws(SQLiteError) in try run("PRAGMA schema_version") } }
    try result.get()
  }

  private static func message(_ code: Int32) -> String {
    guard let text = unsafe sqlite3_errstr(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }
}

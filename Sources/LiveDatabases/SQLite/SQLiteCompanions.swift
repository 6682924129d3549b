internal import FileIO
internal import Primitives

/// How an SQLite file is known.
enum SQLiteFile {
  private static let magic = Array("SQLite format 3".utf8) + [0]

  static func isOne(_ file: borrowing OpenFile) throws(FileError) -> Bool {
    try file.read(upTo: magic.count, at: 0) == magic
  }
}

/// The files beside an SQLite file, in which SQLite keeps what is not, or must not stay, in it.
struct SQLiteCompanions {
  private enum State {
    case absent
    /// There, and of no meaning: empty, or its header is cleared.
    case quiet
    /// A journal that would be rolled back, or a log with frames.
    case hot
  }

  /// Whether the database is in more than its own bytes.
  let areHot: Bool
  /// Those that are hot, and those that are not there but may come.
  let leftOut: Set<RelativePath>
  /// The others: files like any other while they are quiet.
  let quiet: Set<RelativePath>

  /// A write-ahead log of no more bytes has no frames.
  private static let logHeaderByteCount: UInt64 = 32
  private static let journalHeaderByteCount = 28

  init(of path: RelativePath, in root: borrowing Directory) throws(FileError) {
    var hot = false
    var leftOut: Set<RelativePath> = []
    var quiet: Set<RelativePath> = []
    if let journal = RelativePath(path.bytes + "-journal".utf8) {
      let state = try SQLiteCompanions.state(ofJournal: journal, in: root)
      hot = hot || state == .hot
      if state == .quiet { quiet.insert(journal) } else { leftOut.insert(journal) }
    }
    if let log = RelativePath(path.bytes + "-wal".utf8), let index = RelativePath(path.bytes + "-shm".utf8) {
      let state = try SQLiteCompanions.state(ofLog: log, in: root)
      hot = hot || state == .hot
      if state == .quiet { quiet.formUnion([log, index]) } else { leftOut.formUnion([log, index]) }
    }
    areHot = hot
    self.leftOut = leftOut
    self.quiet = quiet
  }

  /// Whether a log or journal has something of its database in it. The index of a log has whatever the log has.
  static func isHot(_ companion: RelativePath, in root: borrowing Directory) throws(FileError) -> Bool {
    let name = companion.bytes
    if name.suffix(8).elementsEqual("-journal".utf8) { return try state(ofJournal: companion, in: root) == .hot }
    let log = name.suffix(4).elementsEqual("-shm".utf8) ? RelativePath(name.dropLast(4) + "-wal".utf8) : companion
    return try log.map { log throws(FileError) in try state(ofLog: log, in: root) == .hot } ?? false
  }

  private static func state(ofLog path: RelativePath, in root: borrowing Directory) throws(FileError) -> State {
    guard let status = try root.statusIfPresent(of: path), status.kind == .file else { return .absent }
    return status.byteCount > logHeaderByteCount ? .hot : .quiet
  }

  /// A journal counts as soon as a transaction began it: its magic is written only when it is synced, the rest of its
  /// header before. One that is kept for later is empty, or has a header of zeros.
  private static func state(ofJournal path: RelativePath, in root: borrowing Directory) throws(FileError) -> State {
    guard let status = try root.statusIfPresent(of: path), status.kind == .file else { return .absent }
    do throws(FileError) {
      let header = try root.open(path, for: .read).read(upTo: journalHeaderByteCount, at: 0)
      return header.allSatisfy { $0 == 0 } ? .quiet : .hot
    } catch {
      guard error.meaning == .notFound else { throw error }
      return .absent
    }
  }
}

internal import Primitives
internal import SnapshotSync

/// How what bringing a directory to a version fails with looks from outside.
extension EngineError {
  init(_ error: SyncError, directory: String) {
    let subject = Printable.string(directory)
    switch error {
    case .store(let error): self.init(error)
    case .notACopy:
      self.init(.failed, "\(error)", subject: subject, advice: "Nothing was touched")
    case .localChanges(let count, let first):
      let list = first.prefix(20).map { "\($0.path) (\($0.kind.rawValue))" }.joined(separator: ", ")
      self.init(
        .differs, "\(subject) has \(count) local changes: \(list)", subject: subject,
        advice: "Nothing was touched. Make a version of them with `create`, or leave --keep-local out to put them back")
    case .linked: self.init(.failed, "\(error)", subject: subject, advice: "Nothing was touched. Leave --in-place out")
    case .ownersNotRecorded(let version): self = EngineError.ownersNotRecorded(version)
    case .ownersDenied:
      self.init(
        .failed, "\(error)", subject: subject,
        advice: "Nothing of it was touched. Give files away as root, with CAP_CHOWN, or leave --owners out")
    case .nothingIncluded(let version, _):
      self.init(
        .notFound, "\(error)", subject: version,
        advice:
          "Nothing was touched. A pattern without / is of a name at any depth, any other of a path from the root; "
          + "`snapctl export` and `diff` list what there is")
    case .noSpace(let missing, _):
      self.init(.noSpace, "\(error)", subject: subject, advice: "Free \(missing) bytes and repeat, or use --in-place")
    case .busy(let what):
      self.init(
        .locked, Printable.string(what), subject: subject,
        advice: "Nothing was touched. Repeat the command, or wait longer with SNAPCTL_LOCK_TIMEOUT_SECONDS")
    case .timedOut(let what):
      self.init(
        .tierTimeout, Printable.string(what), subject: subject, advice: "Repeat the command: it goes on where it was")
    case .cancelled:
      self.init(.interrupted, "interrupted; what was fetched is kept for the next run", subject: subject)
    }
  }

  /// A version whose owners are wanted, and that was made without.
  static func ownersNotRecorded(_ version: String) -> EngineError {
    EngineError(
      .failed, "\(version) was made without owners", subject: version,
      advice: "Nothing was touched. Leave --owners out, or take a version that was made with `create --owners`")
  }

  /// Runs `body`, and gives what it throws as the façade does.
  ///
  /// - Parameter directory: the directory it is about, where it is about one.
  static func catching<Value>(
    in directory: String = "", _ body: () throws(SyncError) -> Value
  ) throws(EngineError) -> Value {
    do throws(SyncError) { return try body() } catch { throw EngineError(error, directory: directory) }
  }
}

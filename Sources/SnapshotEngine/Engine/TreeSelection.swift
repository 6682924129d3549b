internal import FileIO
internal import LiveDatabases
internal import Primitives
internal import SnapshotStore

/// Which part of a directory is taken, and how.
///
/// Patterns are those of git's ignore files: `*` matches within a component, `**/` across them, `?` one byte, `[a-z]`
/// one of a set. A pattern without `/`, but at its end, matches a component at any depth; any other matches from the
/// root. `/` at the end means directories only. What lies below a match is matched too.
///
/// Every `.snapignore` in the directory counts, whatever is set here: its rules leave out what is below it. `excludes`
/// are stronger than those, `ignoreFile` is weaker.
public struct TreeSelection: Sendable, Equatable {
  /// Only what matches one of these is taken; none: everything.
  public var includes: [String]
  /// What matches one of these is left out. One that begins with `!` is not, whatever else says so.
  public var excludes: [String]
  /// A further ignore file; its rules are of paths from the root of the directory. One that is named `.dockerignore`,
  /// or ends so, is read by Docker's rules.
  public var ignoreFile: String?
  /// Takes a database directory although it is being written, or was not closed: its SQLite files as of one moment
  /// each, everything else as it is found.
  public var allowsLive: Bool

  /// Takes everything, unless told otherwise.
  public init(
    includes: [String] = [], excludes: [String] = [], ignoreFile: String? = nil, allowsLive: Bool = false
  ) {
    self.includes = includes
    self.excludes = excludes
    self.ignoreFile = ignoreFile
    self.allowsLive = allowsLive
  }

  /// Whether nothing is left out by what is set here.
  var takesAll: Bool { includes.isEmpty && excludes.isEmpty && ignoreFile == nil }

  /// What is read of a directory.
  func tree(_ directory: String, _ configuration: EngineConfiguration) throws(EngineError) -> TreeInput {
    var tree = TreeInput(path: directory, filter: try filter())
    var retry = ReadRetry(clock: clock)
    retry.attemptCountMax = max(1, configuration.readAttemptCountMax)
    let wait = configuration.readRetrySeconds
    retry.waitNanoseconds = (0...60).contains(wait) ? UInt64(wait * 1e9) : 0
    tree.retry = retry
    tree.live = DatabaseFiles(
      directory: directory, temporaryDirectory: TemporaryFiles.directory, random: random,
      allowsLiveDirectories: allowsLive)
    return tree
  }

  private func filter() throws(EngineError) -> PathFilter {
    var filter = PathFilter()
    if !includes.isEmpty { filter.includes = IgnoreRules(includes) }
    filter.excludes = IgnoreRules(excludes)
    guard let ignoreFile else { return filter }
    let bytes = try LocalFile.bytes(at: ignoreFile, limit: IgnoreRules.byteCountMax)
    if ignoreFile.hasSuffix(".dockerignore") {
      filter.context = ContextRules(file: bytes)
    } else {
      filter.ignoreFile = IgnoreRules(file: bytes)
    }
    return filter
  }
}

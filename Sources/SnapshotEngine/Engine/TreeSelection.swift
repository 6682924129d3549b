internal import FileIO
internal import SnapshotStore

/// Which part of a directory is taken.
///
/// `*` matches within a component, `**` across them, `?` one byte. A pattern without `/` matches a component at any
/// depth; one with `/` matches from the root. What lies below a match is matched too.
public struct TreeSelection: Sendable, Equatable {
  /// Only what matches one of these is taken; none: everything.
  public var includes: [String]
  /// What matches one of these is left out.
  public var excludes: [String]
  /// A file with further patterns to leave out, one a line; `#` begins a comment.
  public var ignoreFile: String?

  /// Takes everything, unless told otherwise.
  public init(includes: [String] = [], excludes: [String] = [], ignoreFile: String? = nil) {
    self.includes = includes
    self.excludes = excludes
    self.ignoreFile = ignoreFile
  }

  /// Whether nothing is left out.
  var takesAll: Bool { includes.isEmpty && excludes.isEmpty && ignoreFile == nil }

  func filter() throws(EngineError) -> PathFilter {
    var excludes = excludes.map { GlobPattern($0) }
    if let ignoreFile { excludes += PathFilter.patterns(ofIgnoreFile: try LocalFile.text(at: ignoreFile)) }
    return PathFilter(includes: includes.map { GlobPattern($0) }, excludes: excludes)
  }
}

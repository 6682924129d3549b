internal import Primitives

/// Which paths of a tree are taken.
///
/// - What leaves a path out, the strongest first: `excludes`; the ignore files in the tree, the nearest first;
///   `ignoreFile`. The first that speaks of the path decides. `context` decides on its own, beside them.
/// - With `includes`, a file or link is taken only when it, or a directory above it, matches one; directories always
///   are.
package struct PathFilter: Sendable {
  /// Rules that were given with the call.
  package var excludes = IgnoreRules.none
  /// The rules of an ignore file that was named.
  package var ignoreFile = IgnoreRules.none
  /// The rules of a `.dockerignore` that was named.
  package var context: ContextRules?
  /// Rules of what is taken; nil: all.
  package var includes: IgnoreRules?

  package static let all = PathFilter()

  package init() {}

  func contextExcludes(_ path: RelativePath) -> Bool { context?.excludes(path) ?? false }

  /// Whether something below a directory that `context` leaves out may be taken nevertheless.
  func mayTake(below directory: RelativePath) -> Bool { context?.mayTake(below: directory) ?? false }

  func includes(_ path: RelativePath) -> Bool { includes?.includes(path, isDirectory: false) ?? true }
}

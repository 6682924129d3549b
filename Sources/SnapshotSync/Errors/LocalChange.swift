package import Primitives

/// A way in which a copy is no longer as it was left.
package struct LocalChange: Sendable, Equatable {
  package enum Kind: String, Sendable {
    /// It is not part of the version.
    case added
    case removed
    /// Its bytes, or a link's target.
    case content
    case mode
    /// A file where a directory was, and the like.
    case kind
  }

  package let path: RelativePath
  package let kind: Kind

  package init(path: RelativePath, kind: Kind) {
    self.path = path
    self.kind = kind
  }
}

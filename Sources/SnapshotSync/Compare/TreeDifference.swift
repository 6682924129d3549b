package import Primitives

/// One entry that differs between two trees. The fields of the JSON object `difference`.
package struct TreeDifference: Sendable, Equatable {
  package enum Change: String, Sendable {
    case added, removed, content, mode
    /// A file where a directory was, and the like.
    case kind
    /// A link's target.
    case target
  }

  package let path: RelativePath
  package let change: Change
  package let oldBytes: UInt64
  package let newBytes: UInt64
  /// Chunks of the new file that the old one does not have in the same place.
  package let chunksChanged: Int

  package init(path: RelativePath, change: Change, oldBytes: UInt64 = 0, newBytes: UInt64 = 0, chunksChanged: Int = 0) {
    self.path = path
    self.change = change
    self.oldBytes = oldBytes
    self.newBytes = newBytes
    self.chunksChanged = chunksChanged
  }
}

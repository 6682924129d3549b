package import Primitives

/// One entry of a tree.
package struct TreeEntry: Sendable, Equatable {
  package enum Content: Sendable, Equatable {
    case file
    case directory
    case symbolicLink(target: [UInt8])
    /// A FIFO, socket or device: nothing a snapshot can hold.
    case unsupported(FileKind)
  }

  package let path: RelativePath
  package let status: FileStatus
  package let content: Content
}

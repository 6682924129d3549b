package import FileIO
package import Primitives

/// What of a tree is not, or not byte for byte, in its snapshot.
package struct TreeOmissions: Sendable, Equatable {
  /// Something that no snapshot can hold.
  package struct Skipped: Sendable, Equatable {
    package let path: RelativePath
    package let kind: FileKind

    package init(path: RelativePath, kind: FileKind) {
      self.path = path
      self.kind = kind
    }
  }

  /// Sockets, FIFOs and devices: the first of them.
  package private(set) var skipped: [Skipped] = []
  package private(set) var skippedCount = 0
  /// What the selection left out; a directory counts once, whatever is in it.
  package var excludedCount = 0
  /// Files that were there when their directory was read, and gone when their turn came: the first of them.
  package private(set) var vanished: [RelativePath] = []
  package private(set) var vanishedCount = 0
  /// Databases that were copied as of one moment instead of read as they are.
  package var capturedCount = 0

  private static let listedMax = 1_000

  /// Whether the snapshot has all that the directory has.
  package var isEmpty: Bool { skippedCount + excludedCount + capturedCount == 0 }

  package init() {}

  /// The snapshot has all that the directory has now: it is told, and nothing is missing.
  mutating func vanish(_ path: RelativePath) {
    vanishedCount += 1
    if vanished.count < TreeOmissions.listedMax { vanished.append(path) }
  }

  package mutating func skip(_ path: RelativePath, _ kind: FileKind) {
    skippedCount += 1
    if skipped.count < TreeOmissions.listedMax { skipped.append(Skipped(path: path, kind: kind)) }
  }
}

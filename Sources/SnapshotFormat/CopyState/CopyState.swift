package import Primitives

/// What a local copy remembers of its version (formats/copy-state.md §1).
///
/// - May be lost or damaged at any time; then the directory counts as one that was never a copy.
/// - While `inPlace` is set, nothing is known about the bytes of the files.
package struct CopyState: Sendable, Equatable {
  /// A version, by the root of its manifest.
  package struct Version: Sendable, Equatable {
    package let number: UInt64
    package let root: UniqueName
    /// The digest of the root's seal.
    package let digest: Digest

    package init(number: UInt64, root: UniqueName, digest: Digest) {
      self.number = number
      self.root = root
      self.digest = digest
    }
  }

  package static let packCountMax = 64
  package static let treePathByteCountMax = 255
  package static let originByteCountMax = 4_096

  package let store: UniqueName
  package let collection: CollectionName
  package let version: Version
  package let contentHash: Digest
  package let synced: Timestamp
  /// The packs that hold the pages.
  package let packs: [UniqueName]
  /// The hints pages, one for each files page.
  package let hints: ReferenceList
  /// What the files are being patched to, in place.
  package var inPlace: Version?
  /// Where the tree stands beneath the directory; nil: it is the directory itself.
  package let tree: String?
  /// The absolute path of the tree that this copy was made of, where it was made of one. It may have changed since.
  package var origin: String?
  /// What of the version the tree holds; nil: all of it.
  package var part: Part?

  package init(
    store: UniqueName, collection: CollectionName, version: Version, contentHash: Digest, synced: Timestamp,
    packs: [UniqueName], hints: ReferenceList, tree: String?
  ) {
    self.store = store
    self.collection = collection
    self.version = version
    self.contentHash = contentHash
    self.synced = synced
    self.packs = packs
    self.hints = hints
    self.tree = tree
  }
}

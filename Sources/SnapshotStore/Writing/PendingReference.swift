package import Primitives
package import SnapshotFormat

/// A reference whose frame may not be placed yet.
package final class PendingReference {
  package private(set) var reference: Reference?

  /// A reference that is known.
  package init(_ reference: Reference? = nil) {
    self.reference = reference
  }

  package func resolve(_ reference: Reference) {
    self.reference = reference
  }
}

/// How a chunk is to be stored, before it is known where.
package struct ChunkDraft: Sendable {
  package let id: Digest
  package let byteCount: Int
  package let form: ChunkForm
  /// The bytes of the form.
  package let bytes: [UInt8]
  package let chainDepth: Int
  package let chainByteCount: Int
  package let base: Reference.Base?

  /// A chunk in full.
  package init(id: Digest, full bytes: [UInt8]) {
    self.init(id: id, byteCount: bytes.count, form: .full, bytes: bytes, chainDepth: 0, chainByteCount: 0, base: nil)
  }

  package init(
    id: Digest, byteCount: Int, form: ChunkForm, bytes: [UInt8], chainDepth: Int, chainByteCount: Int,
    base: Reference.Base?
  ) {
    self.id = id
    self.byteCount = byteCount
    self.form = form
    self.bytes = bytes
    self.chainDepth = chainDepth
    self.chainByteCount = chainByteCount
    self.base = base
  }
}

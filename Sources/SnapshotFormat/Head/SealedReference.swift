package import Primitives

/// How one sealed object names another: by its name, its size and the digest of its seal.
package struct SealedReference: Sendable, Hashable {
  package let name: UniqueName
  package let byteCount: UInt32
  package let digest: Digest

  package init(name: UniqueName, byteCount: UInt32, digest: Digest) {
    self.name = name
    self.byteCount = byteCount
    self.digest = digest
  }

  package init(name: UniqueName, _ encoded: SealedObject.Encoded) {
    self.init(name: name, byteCount: UInt32(encoded.bytes.count), digest: encoded.digest)
  }

  package init(from input: inout ByteReader) throws(FormatError) {
    name = try input.uniqueName()
    byteCount = try input.integer()
    digest = try input.digest()
  }

  package func write(to output: inout ByteWriter) {
    output.uniqueName(name)
    output.integer(byteCount)
    output.digest(digest)
  }
}

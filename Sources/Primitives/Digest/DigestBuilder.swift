internal import Crypto

/// A SHA-256 in the making.
package struct DigestBuilder {
  private var hash = SHA256()

  package init() {}

  package mutating func update(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
  }

  package mutating func update(_ bytes: some Sequence<UInt8>) {
    let copied: Void? = bytes.withContiguousStorageIfAvailable { pointer in
      unsafe hash.update(bufferPointer: UnsafeRawBufferPointer(pointer))
    }
    if copied == nil { hash.update(data: Array(bytes)) }
  }

  package mutating func update<Value: FixedWidthInteger>(littleEndian value: Value) {
    unsafe withUnsafeBytes(of: value.littleEndian) { unsafe hash.update(bufferPointer: $0) }
  }

  package consuming func finish() -> Digest {
    Digest(bytes: Array(hash.finalize()))
  }
}

extension Digest {
  package static func of(_ bytes: RawSpan) -> Digest {
    var builder = DigestBuilder()
    builder.update(bytes)
    return builder.finish()
  }

  package static func of(_ bytes: some Sequence<UInt8>) -> Digest {
    var builder = DigestBuilder()
    builder.update(bytes)
    return builder.finish()
  }
}

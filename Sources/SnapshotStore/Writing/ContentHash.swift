package import Primitives
package import SnapshotFormat

/// The identity of a tree's content (formats/store.md §3), built in order of path.
package struct ContentHashBuilder {
  private var builder = DigestBuilder()

  package init() {}

  package mutating func add(path: RelativePath, typeCode: UInt8, mode: UInt16, byteCount: UInt64, digest: Digest) {
    builder.update(littleEndian: UInt16(path.bytes.count))
    builder.update(path.bytes)
    builder.update([typeCode])
    builder.update(littleEndian: mode)
    builder.update(littleEndian: byteCount)
    builder.update(digest.bytes)
  }

  package mutating func add(_ entry: FileEntry) {
    add(path: entry.path, typeCode: entry.typeCode, mode: entry.mode, byteCount: entry.byteCount, digest: entry.digest)
  }

  package consuming func finish() -> Digest { builder.finish() }
}

/// The digest of a file: over its chunks in order.
package struct FileDigestBuilder {
  private var builder = DigestBuilder()
  /// What is to be hashed next: in few pieces, each of which costs a call.
  private var pending = ByteWriter()
  private static let pendingByteCountMax = 4_096

  package init() {}

  package mutating func add(_ id: Digest, byteCount: Int) {
    pending.integer(UInt32(byteCount))
    pending.digest(id)
    if pending.count >= FileDigestBuilder.pendingByteCountMax { flush() }
  }

  private mutating func flush() {
    builder.update(pending.bytes)
    pending = ByteWriter()
  }

  package consuming func finish() -> Digest {
    flush()
    return builder.finish()
  }
}

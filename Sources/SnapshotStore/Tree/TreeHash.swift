package import Primitives
package import SnapshotFormat

/// The content hash of a local directory, without a store.
package enum TreeHash {
  package struct Result: Sendable, Equatable {
    package let contentHash: Digest
    package let fileCount: UInt64
    package let byteCount: UInt64
    package let omissions: TreeOmissions
  }

  /// Hashes every file of the tree, chunks of a window on all workers.
  ///
  /// - Parameter owners: is told the owner of each entry, in order of path. The content hash has none of it.
  package static func hash(
    _ tree: TreeInput, jobs: Int, owners: (Owner) throws(StoreError) -> Void = { _ throws(StoreError) in }
  ) throws(StoreError) -> Result {
    var content = ContentHashBuilder()
    var (files, bytes): (UInt64, UInt64) = (0, 0)
    let omissions = try tree.forEach { path, entry throws(StoreError) in
      switch entry {
      case .directory(let mode, _): content.add(path: path, typeCode: 2, mode: mode, byteCount: 0, digest: .zero)
      case .link(let target, _): content.add(path: path, typeCode: 3, mode: 0o777, byteCount: 0, digest: .of(target))
      case .file(let mode, _, let input):
        let digest = try fileDigest(input, jobs: jobs)
        content.add(path: path, typeCode: 1, mode: mode, byteCount: input.byteCount, digest: digest)
        files += 1
        bytes += input.byteCount
      }
      try owners(entry.owner)
    }
    return Result(contentHash: content.finish(), fileCount: files, byteCount: bytes, omissions: omissions)
  }

  /// The digest of one file (formats/store.md §3).
  package static func fileDigest(_ input: some SnapshotInput, jobs: Int) throws(StoreError) -> Digest {
    var digest = FileDigestBuilder()
    var cutter = try FileCutter(input)
    var window: [[UInt8]] = []
    func take() {
      let ids = Parallel.digests(of: window, jobs: jobs)
      for (id, chunk) in zip(ids, window) { digest.add(id, byteCount: chunk.count) }
      window.removeAll(keepingCapacity: true)
    }
    while let (_, bytes) = try cutter.next() {
      window.append(bytes)
      if window.count == 64 { take() }
    }
    take()
    try input.checkUnchanged()
    return digest.finish()
  }
}

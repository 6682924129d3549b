package import Primitives
package import SnapshotFormat
internal import Synchronization

/// A directory that may have the files of the base.
package protocol BaseFiles: Sendable {
  /// The bytes at `offset` of a file; nil where it cannot be read, or ends before. They are checked like any others.
  func read(_ path: RelativePath, at offset: UInt64, count: Int) -> [UInt8]?
}

/// A chunk of a file of the base, and where in the file it stands.
package struct BaseChunk: Sendable {
  package let path: RelativePath
  package let offset: UInt64
  package let reference: Reference

  package init(path: RelativePath, offset: UInt64, reference: Reference) {
    self.path = path
    self.offset = offset
    self.reference = reference
  }
}

/// Reads chunks of the base: from a directory that has its files, else from the store.
///
/// - Every chunk is verified, wherever it comes from.
/// - A directory whose bytes turn out to be others more often than not is not asked any more.
package final class BaseReader: Sendable {
  package let manifest: ManifestReader
  private let files: (any BaseFiles)?
  /// Chunks that the directory did not have, less those that it had.
  private let missCount = Mutex(0)

  private static let missCountMax = 256

  package init(_ manifest: ManifestReader, files: (any BaseFiles)?) {
    self.manifest = manifest
    self.files = files
  }

  /// The bytes of the chunks, in order.
  ///
  /// - Throws: `.damage` where one is not in the directory and the store does not have it right either.
  package func chunks(_ wanted: [BaseChunk]) throws(StoreError) -> [[UInt8]] {
    var chunks = local(wanted)
    let missing = wanted.indices.filter { chunks[$0] == nil }
    let stored = try manifest.chunks.chunks(missing.map { wanted[$0].reference }, support: manifest.support)
    for (place, bytes) in zip(missing, stored) { chunks[place] = bytes }
    return chunks.compactMap(\.self)
  }

  /// Reads what chunks need of the store in few requests; nothing where a directory has their files.
  func prefetch(_ wanted: [BaseChunk], _ limits: StoreLimits) throws(StoreError) {
    guard !asksFiles else { return }
    try manifest.chunks.prefetch(wanted.map(\.reference), support: manifest.support, limits)
  }

  private var asksFiles: Bool { files != nil && missCount.withLock { $0 } <= BaseReader.missCountMax }

  /// What the directory has, verified.
  private func local(_ wanted: [BaseChunk]) -> [[UInt8]?] {
    guard let files, asksFiles else { return wanted.map { _ in nil } }
    let read = wanted.map { files.read($0.path, at: $0.offset, count: $0.reference.byteCount) }
    let found = zip(wanted, zip(read, Digest.ofEach(read.map { $0 ?? [] }))).map { chunk, read in
      read.1 == chunk.reference.id ? read.0 : nil
    }
    missCount.withLock { count in
      for chunk in found { count += chunk == nil ? 1 : -1 }
    }
    return found
  }
}

package import Primitives
package import SnapshotFormat
internal import Synchronization

/// Finds the base of chunks whose content has moved within its file.
///
/// To look costs a pass over the whole base file, so it is done only when the bytes in the same place were of no use
/// for several chunks; see `isWorthwhile`.
package final class ShiftLookup: Sendable {
  private enum State: Sendable {
    case unused
    case ready(AnchorTable)
    case impossible
  }

  private let base: (file: FileContent, path: RelativePath, chunks: BaseReader)?
  private let state = Mutex(State.unused)

  /// For a file that has no base.
  package init() {
    base = nil
  }

  /// - Parameter file: a file of the base, which the chunks are to be found in.
  package init(_ file: FileContent, at path: RelativePath, in base: BaseReader) {
    self.base = (file, path, base)
  }

  /// Whether it is worth to look, given how many chunks of a window found no use for what stands in their place.
  ///
  /// What lies on a grid is changed in place or appended to. That it shifts is the exception, and then next to nothing
  /// of a window is where it was; a database that grows may find no use for half of one.
  func isWorthwhile(_ failureCount: Int, _ profile: ChunkProfile) -> Bool {
    state.withLock { state in
      switch state {
      case .unused: failureCount >= (profile == .contentDefined ? 8 : 48)
      case .ready: true
      case .impossible: false
      }
    }
  }

  /// Whether the base file was read, so that to look costs little.
  var isReady: Bool {
    if case .ready = state.withLock({ $0 }) { true } else { false }
  }

  /// Reads the base file, unless that was done before.
  func prepare(jobs: Int) throws(StoreError) {
    guard case .unused = state.withLock({ $0 }) else { return }
    let table = try base.flatMap { base throws(StoreError) in
      try AnchorTable(base.file, at: base.path, in: base.chunks, jobs: jobs)
    }
    state.withLock { $0 = table.map { .ready($0) } ?? .impossible }
  }

  /// The smallest patch that makes the chunk from where its content stood; nil where the content is new.
  func patch(_ chunk: [UInt8], at offset: UInt64) throws(StoreError) -> ChunkDecision? {
    guard let base, case .ready(let table) = state.withLock({ $0 }), let match = table.match(chunk, at: offset),
      match.chain.allSatisfy({ $0.reference.chainDepth < Limits.chainDepth })
    else { return nil }
    let joined = Array(try base.chunks.chunks(match.chain).joined())
    let chain = match.chain.map(\.reference)
    let end = min(match.start + chunk.count, joined.count)
    guard match.start < end else { return nil }
    let sparse = PatchDraft.make(chunk, from: joined.rawSpan.extracting(match.start..<end), chain: chain)
    if let sparse, sparse.isSmall(for: chunk.count) {
      return .patched(sparse, chain: chain, offset: match.start, baseByteCount: end - match.start)
    }
    if let prefix = PatchDraft.makePrefix(chunk, from: joined.rawSpan, chain: chain) {
      return .patched(prefix, chain: chain, offset: 0, baseByteCount: joined.count)
    }
    return nil
  }
}

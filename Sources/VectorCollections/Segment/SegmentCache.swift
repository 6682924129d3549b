internal import Primitives
internal import SnapshotFormat
internal import Synchronization

/// Chunks of segments that lie on a tier, verified, and pages of references to them; the least recently used are
/// dropped.
final class SegmentCache: Sendable {
  struct Key: Hashable {
    let segment: ObjectIdentifier
    let number: Int
  }

  private struct State {
    var chunks: RecencyCache<Key, [UInt8]>
    var pages: RecencyCache<Key, [Reference]>
  }

  /// How many bytes of chunks are kept.
  let byteCountMax: Int
  private let state: Mutex<State>

  init(byteCountMax: Int, pageCountMax: Int) {
    self.byteCountMax = byteCountMax
    state = Mutex(
      State(chunks: RecencyCache(costMax: byteCountMax), pages: RecencyCache(costMax: pageCountMax)))
  }

  func chunk(_ key: Key) -> [UInt8]? { state.withLock { $0.chunks.value(key) } }
  func hasChunk(_ key: Key) -> Bool { state.withLock { $0.chunks.contains(key) } }
  func page(_ key: Key) -> [Reference]? { state.withLock { $0.pages.value(key) } }

  func insert(_ chunk: [UInt8], for key: Key) {
    state.withLock { $0.chunks.insert(chunk, for: key, cost: chunk.count) }
  }

  func insert(_ page: [Reference], for key: Key) {
    state.withLock { $0.pages.insert(page, for: key, cost: 1) }
  }
}

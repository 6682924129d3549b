package import Primitives
internal import SnapshotStore
internal import Synchronization

/// Pages of a manifest that were read once and are not read again.
///
/// Bounded: what does not fit is read from the store again, and counted again.
package final class PageMemory: ChunkSource {
  /// Enough for the pages of some 26 GB in chunks of 64 KiB.
  static let byteCountMax = 32 << 20

  private struct State {
    var pages: [Digest: [UInt8]] = [:]
    var byteCount = 0
  }

  private let state = Mutex(State())

  package init() {}

  package func chunk(_ id: Digest, byteCount: Int) -> [UInt8]? { state.withLock { $0.pages[id] } }

  func insert(_ id: Digest, _ bytes: [UInt8]) {
    state.withLock { state in
      guard state.byteCount + bytes.count <= PageMemory.byteCountMax, state.pages[id] == nil else { return }
      state.pages[id] = bytes
      state.byteCount += bytes.count
    }
  }
}

package import Primitives
package import SnapshotFormat
internal import Synchronization

/// Decoded frames, the least recently used dropped first, bounded in bytes.
///
/// Frames of whole chunks have six elevenths of it, all others the rest: a long run of new chunks does not drive out
/// the group of patches that it interrupts.
///
/// A frame in here is decoded, not verified: a chunk cut from it is, before anyone uses it.
package final class FrameCache: Sendable {
  package struct Key: Hashable, Sendable {
    package let pack: UniqueName
    package let offset: Int

    package init(_ place: Reference.Place) {
      pack = place.pack
      offset = place.frameOffset
    }
  }

  private typealias Part = RecencyCache<Key, FrameDecoder.Frame>

  private struct State {
    var chunks: Part
    var others: Part
  }

  private let state: Mutex<State>

  package init(byteCountMax: Int) {
    state = Mutex(
      State(chunks: Part(costMax: byteCountMax / 11 * 6), others: Part(costMax: byteCountMax / 11 * 5)))
  }

  package func frame(_ key: Key) -> FrameDecoder.Frame? {
    state.withLock { $0.chunks.value(key) ?? $0.others.value(key) }
  }

  package func insert(_ frame: FrameDecoder.Frame, for key: Key) {
    state.withLock { state in
      guard !state.chunks.contains(key), !state.others.contains(key) else { return }
      if frame.header.kind == .chunks {
        state.chunks.insert(frame, for: key, cost: frame.raw.count)
      } else {
        state.others.insert(frame, for: key, cost: frame.raw.count)
      }
    }
  }

  package func remove(_ key: Key) {
    state.withLock { state in
      state.chunks.remove(key)
      state.others.remove(key)
    }
  }
}

package import Primitives
package import SnapshotFormat
internal import Synchronization

/// Decoded frames, the least recently used dropped first, bounded in bytes.
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

  private struct Slot {
    let frame: FrameDecoder.Frame
    var used: UInt64
  }

  private struct State {
    var slots: [Key: Slot] = [:]
    var byteCount = 0
    var tick: UInt64 = 0
  }

  private let byteCountMax: Int
  private let state = Mutex(State())

  package init(byteCountMax: Int) {
    self.byteCountMax = byteCountMax
  }

  package func frame(_ key: Key) -> FrameDecoder.Frame? {
    state.withLock { state in
      guard let frame = state.slots[key]?.frame else { return nil }
      state.tick += 1
      state.slots[key]?.used = state.tick
      return frame
    }
  }

  package func insert(_ frame: FrameDecoder.Frame, for key: Key) {
    state.withLock { state in
      guard state.slots[key] == nil else { return }
      state.tick += 1
      state.slots[key] = Slot(frame: frame, used: state.tick)
      state.byteCount += frame.raw.count
      while state.byteCount > byteCountMax, state.slots.count > 1,
        let oldest = state.slots.min(by: { $0.value.used < $1.value.used })
      {
        state.slots[oldest.key] = nil
        state.byteCount -= oldest.value.frame.raw.count
      }
    }
  }

  package func remove(_ key: Key) {
    state.withLock { state in
      if let slot = state.slots.removeValue(forKey: key) { state.byteCount -= slot.frame.raw.count }
    }
  }
}

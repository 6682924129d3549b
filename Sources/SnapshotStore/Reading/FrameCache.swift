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

  private struct Slot {
    let frame: FrameDecoder.Frame
    var used: UInt64
  }

  private struct Part {
    var slots: [Key: Slot] = [:]
    var byteCount = 0

    mutating func use(_ key: Key, at tick: UInt64) -> FrameDecoder.Frame? {
      guard let frame = slots[key]?.frame else { return nil }
      slots[key]?.used = tick
      return frame
    }

    mutating func remove(_ key: Key) {
      if let slot = slots.removeValue(forKey: key) { byteCount -= slot.frame.raw.count }
    }

    mutating func insert(_ frame: FrameDecoder.Frame, for key: Key, used: UInt64, byteCountMax: Int) {
      slots[key] = Slot(frame: frame, used: used)
      byteCount += frame.raw.count
      while byteCount > byteCountMax, slots.count > 1, let oldest = slots.min(by: { $0.value.used < $1.value.used }) {
        remove(oldest.key)
      }
    }
  }

  private struct State {
    var chunks = Part()
    var others = Part()
    var tick: UInt64 = 0
  }

  private let byteCountMax: Int
  private let state = Mutex(State())

  package init(byteCountMax: Int) {
    self.byteCountMax = byteCountMax
  }

  package func frame(_ key: Key) -> FrameDecoder.Frame? {
    state.withLock { state in
      state.tick += 1
      return state.chunks.use(key, at: state.tick) ?? state.others.use(key, at: state.tick)
    }
  }

  package func insert(_ frame: FrameDecoder.Frame, for key: Key) {
    state.withLock { state in
      guard state.chunks.slots[key] == nil, state.others.slots[key] == nil else { return }
      state.tick += 1
      if frame.header.kind == .chunks {
        state.chunks.insert(frame, for: key, used: state.tick, byteCountMax: byteCountMax / 11 * 6)
      } else {
        state.others.insert(frame, for: key, used: state.tick, byteCountMax: byteCountMax / 11 * 5)
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

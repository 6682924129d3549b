internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import Synchronization

/// The packs that were opened last, still open: on a network mount it takes more round trips to open a file than to
/// read a range of it.
///
/// - Packs alone: what such a name stands for does not change. One that this tier takes away is let go at once, one
///   that another process takes away after `seconds` at the latest, or when it cannot be read.
/// - Whoever was given a file has it until the reading is done.
final class OpenPacks: Sendable {
  final class Pack: Sendable {
    let file: OpenFile
    fileprivate let key: ObjectKey
    fileprivate let opened: UInt64

    fileprivate init(_ key: ObjectKey, _ file: consuming OpenFile, opened: UInt64) {
      self.key = key
      self.file = file
      self.opened = opened
    }
  }

  private static let countMax = 4

  private let nanosecondsMax: UInt64
  private let packs = Mutex<[Pack]>([])

  init(seconds: Double) {
    nanosecondsMax = UInt64(seconds * 1e9)
  }

  /// Nil where it is not open, or has been for too long.
  func pack(_ key: ObjectKey) -> Pack? {
    let now = SystemClock().nanoseconds()
    return packs.withLock { packs in
      packs.removeAll { now - min(now, $0.opened) > nanosecondsMax }
      return packs.first { $0.key == key }
    }
  }

  /// Keeps what is a pack, where any is kept.
  func keep(_ key: ObjectKey, _ file: consuming OpenFile) -> Pack {
    let pack = Pack(key, file, opened: SystemClock().nanoseconds())
    guard nanosecondsMax > 0, key.string.hasPrefix(ObjectPrefix.packs.string) else { return pack }
    packs.withLock { packs in
      packs.removeAll { $0.key == key }
      if packs.count >= OpenPacks.countMax { packs.removeFirst() }
      packs.append(pack)
    }
    return pack
  }

  func letGo(_ key: ObjectKey) {
    packs.withLock { $0.removeAll { $0.key == key } }
  }
}

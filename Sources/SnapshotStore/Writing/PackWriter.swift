package import ObjectTier
package import Primitives
package import SnapshotFormat

/// Packs frames and puts each pack into the tier when it is full. Nothing refers to a pack before `flush` has returned:
/// then all of them are durable.
///
/// - Frames wait until there are enough for all workers; they are packed in the order in which they came.
/// - Every frame is decoded again and compared before it is trusted.
/// - In memory are at most one pack in the making, those on their way (`PackUploads`), and the frames that wait.
package final class PackWriter {
  private let intent: IntentIdentifier
  private let random: any RandomSource
  private let created: Timestamp
  private let targetByteCount: Int
  private let jobs: Int
  private let coders = Pool { FrameCoder() }
  private var uploads: PackUploads
  private var trials = CompressionTrials()
  private var waiting: [(frame: FrameDraft, placed: (FramePlace) -> Void)] = []
  private var waitingByteCount = 0
  private var builder: PackBuilder?
  /// Bytes of all packs that were given to the tier.
  package private(set) var storedByteCount: UInt64 = 0

  private static let waitingByteCountMax = 2 << 20
  /// Room for directory and trailer behind a pack's frames.
  private static let directoryByteCount = 64 << 10

  package init(
    tier: any ObjectTier, intent: IntentIdentifier, random: any RandomSource, created: Timestamp, limits: StoreLimits
  ) {
    self.intent = intent
    self.random = random
    self.created = created
    targetByteCount = limits.packByteCount
    jobs = limits.jobs
    uploads = PackUploads(tier, countMax: limits.jobs > 1 ? min(limits.packsUnderwayCount, tier.callsAtOnce - 1) : 0)
  }

  /// Where a frame was put.
  package struct FramePlace {
    package let pack: UniqueName
    package let offset: Int
    package let byteCount: Int
  }

  /// Takes one frame.
  ///
  /// - Parameter placed: is told where it was put, now or by a later call.
  /// - Throws: what the tier failed with while taking a full pack.
  package func append(_ frame: FrameDraft, placed: @escaping (FramePlace) -> Void) throws(StoreError) {
    waiting.append((frame, placed))
    waitingByteCount += frame.raw.count
    if waitingByteCount >= PackWriter.waitingByteCountMax { try place() }
  }

  /// Packs all frames that wait.
  package func place() throws(StoreError) {
    let placing = waiting
    waiting.removeAll(keepingCapacity: true)
    waitingByteCount = 0
    let tasks = placing.map { (frame: $0.frame, compresses: trials.shouldTry($0.frame.kind)) }
    let encoded = try Parallel.map(tasks, jobs: jobs) { [coders] task throws(StoreError) in
      try coders.withItem { coder throws(StoreError) in try coder.encode(task.frame, compresses: task.compresses) }
    }
    for (place, frame) in encoded.enumerated() {
      trials.note(tasks[place].frame.kind, wasTried: tasks[place].compresses, isCompressed: frame.isCompressed)
      placing[place].placed(try pack(frame.bytes, entryCount: tasks[place].frame.entries.count))
    }
  }

  private func pack(_ frame: [UInt8], entryCount: Int) throws(StoreError) -> FramePlace {
    if let builder, !builder.hasRoom(frameByteCount: frame.count, entries: entryCount, target: targetByteCount) {
      try put()
    }
    var pack = builder.take() ?? newPack()
    let offset = pack.append(frame: frame, entryCount: entryCount)
    let place = FramePlace(pack: pack.name, offset: offset, byteCount: frame.count)
    builder = pack
    return place
  }

  /// Puts all that was taken into the tier, and returns when it is durable.
  package func flush() throws(StoreError) {
    try place()
    try put()
    try uploads.finish()
  }

  /// Sends the pack in the making on its way into the tier.
  private func put() throws(StoreError) {
    guard let pack = builder.take(), !pack.isEmpty else { return }
    let name = pack.name
    let bytes = pack.finish()
    storedByteCount += UInt64(bytes.count)
    try uploads.put(name, bytes)
  }

  private func newPack() -> PackBuilder {
    PackBuilder(
      name: UniqueName(intent: intent, random: AnyRandomSource(random)), created: created,
      byteCount: targetByteCount + PackWriter.directoryByteCount)
  }
}

extension ObjectTier {
  /// Creates an object under a fresh random name. Such a name cannot be taken: one that exists is ours, from a call
  /// whose answer was lost, and is compared.
  package func createFresh(_ key: ObjectKey, _ bytes: [UInt8]) throws(StoreError) {
    var lost: TierError?
    do throws(TierError) {
      if try create(key, bytes) == .created { return }
    } catch {
      guard error.kind == .outcomeUnknown else { throw .tier(error) }
      lost = error
    }
    let stored: [UInt8]
    do throws(TierError) {
      stored = try read(key, limit: bytes.count)
    } catch {
      // Why it was not written says more than that it is not there.
      guard let lost, error.kind == .notFound else { throw .tier(error) }
      throw .tier(lost.withoutDoubt)
    }
    guard stored.rawSpan.isSame(as: bytes.rawSpan) else {
      throw .tier(TierError(.failed, key: key, location: location, reason: "the name is taken by another object"))
    }
  }
}

package import ObjectTier
package import Primitives
package import SnapshotFormat

/// Packs frames and puts each pack into the tier when it is full. Nothing refers to a pack before it is durable.
///
/// - Every frame is decoded again and compared before it is trusted.
/// - At most one pack is in memory.
package final class PackWriter {
  private let tier: any ObjectTier
  private let intent: IntentIdentifier
  private let random: any RandomSource
  private let created: Timestamp
  private let targetByteCount: Int
  private let encoder = FrameEncoder()
  private let decoder = FrameDecoder()
  private var builder: PackBuilder?
  /// Bytes of all packs that were put into the tier.
  package private(set) var storedByteCount: UInt64 = 0

  package init(
    tier: any ObjectTier, intent: IntentIdentifier, random: any RandomSource, created: Timestamp, targetByteCount: Int
  ) {
    self.tier = tier
    self.intent = intent
    self.random = random
    self.created = created
    self.targetByteCount = targetByteCount
  }

  /// Where a frame was put.
  package struct FramePlace {
    package let pack: UniqueName
    package let offset: Int
    package let byteCount: Int
  }

  /// Adds one frame.
  ///
  /// - Throws: what the tier failed with while taking a full pack.
  package func append(raw: [UInt8], entries: [FrameEntry], kind: FrameKind) throws(StoreError) -> FramePlace {
    let frame = encoder.encode(raw.rawSpan, entries: entries, kind: kind)
    try check(frame, against: raw)
    if let builder, !builder.hasRoom(frameByteCount: frame.count, entries: entries.count, target: targetByteCount) {
      try flush()
    }
    var pack = builder.take() ?? newPack()
    let offset = pack.append(frame: frame, entryCount: entries.count)
    let place = FramePlace(pack: pack.name, offset: offset, byteCount: frame.count)
    builder = pack
    return place
  }

  /// Puts the pack in the making into the tier.
  package func flush() throws(StoreError) {
    guard let pack = builder.take(), !pack.isEmpty else { return }
    let key = ObjectKey.pack(pack.name)
    let bytes = pack.finish()
    try tier.createFresh(key, bytes)
    storedByteCount += UInt64(bytes.count)
  }

  private func newPack() -> PackBuilder {
    PackBuilder(name: UniqueName(intent: intent, random: AnyRandomSource(random)), created: created)
  }

  /// A compressor that loses bytes is found before anything depends on them.
  private func check(_ frame: [UInt8], against raw: [UInt8]) throws(StoreError) {
    let decoded: [UInt8]?
    do throws(FormatError) {
      decoded = try decoder.decode(frame.rawSpan).raw
    } catch {
      decoded = nil
    }
    guard let decoded, decoded.rawSpan.isSame(as: raw.rawSpan) else {
      throw .invalid("a frame of \(raw.count) bytes did not decode to what was encoded; nothing was published")
    }
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
      throw .tier(TierError(.failed, key: key, location: location, reason: lost.reason))
    }
    guard stored.rawSpan.isSame(as: bytes.rawSpan) else {
      throw .tier(TierError(.failed, key: key, location: location, reason: "the name is taken by another object"))
    }
  }
}

package import ObjectTier
internal import Primitives
package import SnapshotFormat

/// Frames of packs, read from a tier and decoded, at most once while the cache holds them.
package final class FrameSource: Sendable {
  private let tier: any ObjectTier
  private let cache: FrameCache
  private let decoders = Pool { FrameDecoder() }

  package init(tier: any ObjectTier, cacheByteCountMax: Int) {
    self.tier = tier
    cache = FrameCache(byteCountMax: cacheByteCountMax)
  }

  /// The decoded frame at `place`.
  package func frame(at place: Reference.Place) throws(StoreError) -> FrameDecoder.Frame {
    let key = FrameCache.Key(place)
    if let frame = cache.frame(key) { return frame }
    let range = UInt64(place.frameOffset)..<UInt64(place.frameOffset + place.frameByteCount)
    let bytes = try read(.pack(place.pack), range)
    let frame = try decode(bytes.rawSpan, at: place)
    cache.insert(frame, for: key)
    return frame
  }

  /// Reads a run of neighbouring frames in one request and keeps them decoded. One that is damaged is left to
  /// `frame(at:)`.
  package func prefetch(_ run: FrameRun) throws(StoreError) {
    keep(try fetch(run))
  }

  /// Reads a run of neighbouring frames in one request; they stay encoded.
  package func fetch(_ run: FrameRun) throws(StoreError) -> FetchedRun {
    FetchedRun(run: run, bytes: try read(.pack(run.pack), run.range))
  }

  /// Decodes frames that were read, and keeps them. One that is damaged is left to `frame(at:)`.
  package func keep(_ fetched: FetchedRun) {
    for place in fetched.run.places {
      let start = place.frameOffset - Int(fetched.run.range.lowerBound)
      let span = fetched.bytes.rawSpan.extracting(start..<(start + place.frameByteCount))
      if let frame = try? decode(span, at: place) { cache.insert(frame, for: FrameCache.Key(place)) }
    }
  }

  /// Those whose frames are not in memory; the others stay longer there. A frame reaches over several windows.
  package func missing(_ places: [Reference.Place]) -> [Reference.Place] {
    places.filter { cache.frame(FrameCache.Key($0)) == nil }
  }

  /// What was read did not verify: the next read asks for another copy, where there is one.
  package func distrust(_ place: Reference.Place) {
    cache.remove(FrameCache.Key(place))
    _ = tier.invalidate(.pack(place.pack))
  }

  package var location: String { tier.location }

  private func read(_ key: ObjectKey, _ range: Range<UInt64>) throws(StoreError) -> [UInt8] {
    do throws(TierError) {
      return try tier.read(key, range: range)
    } catch {
      guard case .tooShort = error.kind else { throw StoreError(error, tier: tier) }
      _ = tier.invalidate(key)
      return try readAgain(key, range)
    }
  }

  private func readAgain(_ key: ObjectKey, _ range: Range<UInt64>) throws(StoreError) -> [UInt8] {
    do throws(TierError) {
      return try tier.read(key, range: range)
    } catch {
      throw StoreError(error, tier: tier)
    }
  }

  private func decode(_ bytes: RawSpan, at place: Reference.Place) throws(StoreError) -> FrameDecoder.Frame {
    do throws(FormatError) {
      return try decoders.withItem { decoder throws(FormatError) in try decoder.decode(bytes) }
    } catch {
      var damage = Damage(error, of: .pack(place.pack), in: tier.location)
      damage.offset = place.frameOffset + (error.offset ?? 0)
      throw .damage(damage)
    }
  }
}

/// Frames as they stand in their pack, neither decoded nor checked.
package struct FetchedRun: Sendable {
  fileprivate let run: FrameRun
  fileprivate let bytes: [UInt8]
}

extension StoreError {
  /// What a tier failed with while reading something a manifest names: absent and short objects are damage.
  package init(_ error: TierError, tier: any ObjectTier) {
    guard let key = error.key else {
      self = .tier(error)
      return
    }
    switch error.kind {
    case .notFound:
      self = .damage(Damage(tier: tier.location, object: key.string, kind: .missing, reason: error.reason))
    case .tooShort, .tooLarge:
      self = .damage(Damage(tier: tier.location, object: key.string, kind: .damaged, reason: error.reason))
    default:
      self = .tier(error)
    }
  }
}

internal import Primitives
internal import SnapshotFormat
internal import Synchronization

/// A turn at copying objects. Readers of one object share a lane, so that it is copied once.
final class FillLane: Sendable {
  private let turn = Mutex(())

  func run<Value>(_ body: () throws(TierError) -> Value) throws(TierError) -> Value {
    let result: Result<Value, TierError> = turn.withLock { _ in
      do throws(TierError) {
        return .success(try body())
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}

extension CachedTier {
  func lane(for key: ObjectKey) -> FillLane {
    lanes[Int(key.string.utf8.reduce(UInt32(0)) { $0 &* 31 &+ UInt32($1) } % UInt32(lanes.count))]
  }

  func mayFill(_ key: ObjectKey) -> Bool {
    let now = clock.nanoseconds()
    return options.fills
      && withState { $0.distrusted.mayRefill(key) && $0.reading.allows(at: now) && $0.filling.allows(at: now) }
  }

  /// A whole object from the origin, in pieces; nil when it is too large to be copied.
  func wholeObject(_ key: ObjectKey) throws(TierError) -> [UInt8]? {
    let found = try fromOrigin { tier throws(TierError) in try tier.byteCount(of: key) }
    guard let found else {
      throw TierError(.notFound, key: key, location: origin.location, reason: "not there")
    }
    guard let byteCount = Int(exactly: found), byteCount <= TierLimits.objectByteCountMax else { return nil }
    var object: [UInt8] = []
    object.reserveCapacity(byteCount)
    while object.count < byteCount {
      let end = min(byteCount, object.count + max(1, options.fillPieceByteCount))
      let range = UInt64(object.count)..<UInt64(end)
      object += try bytesFromOrigin { tier throws(TierError) in try tier.read(key, range: range) }
    }
    return object
  }

  /// Puts an object into the cache, if that goes.
  ///
  /// - Parameter isOwn: the origin took these bytes from here, and did not give them. What it gives is checked: others
  ///   find it under a good name.
  func fill(_ key: ObjectKey, _ bytes: [UInt8], isOwn: Bool = false) {
    guard mayFill(key) else { return }
    guard isOwn || options.isSound(key, bytes) else {
      withState { state in
        state.counters.refused += 1
        // After the second time it is read in parts, and not fetched whole again for each.
        state.distrusted.strike(key)
      }
      return tellOfDamage("\(origin.location)/\(key): it does not verify, and was not put into the cache")
    }
    withState { $0.counters.cacheRequests += 1 }
    do throws(TierError) {
      let outcome = try boundedCache.create(key, bytes)
      withState { state in
        state.filling.succeeded()
        guard outcome == .created else { return state.distrusted.notRefilled(key) }
        state.counters.filledBytes += UInt64(bytes.count)
        state.distrusted.refilled(key)
      }
    } catch {
      failed(error, \.filling)
    }
  }

  func fromOrigin<Value>(_ body: (any ObjectTier) throws(TierError) -> Value) throws(TierError) -> Value {
    withState { $0.counters.originRequests += 1 }
    return try body(origin)
  }

  func bytesFromOrigin(_ body: (any ObjectTier) throws(TierError) -> [UInt8]) throws(TierError) -> [UInt8] {
    let bytes = try fromOrigin(body)
    withState { $0.counters.bytesFromOrigin += UInt64(bytes.count) }
    return bytes
  }
}

internal import Primitives
package import SnapshotFormat
internal import Synchronization

extension CachedTier {
  package func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    // More than any tier gives at once is the caller's mistake, and says nothing about the cached object.
    guard range.upperBound - range.lowerBound <= UInt64(TierLimits.readByteCountMax) else {
      return try bytesFromOrigin { tier throws(TierError) in try tier.read(key, range: range) }
    }
    return try read(
      key, cached: { tier throws(TierError) in try tier.read(key, range: range) },
      whole: { bytes throws(TierError) in
        guard range.upperBound <= UInt64(bytes.count) else {
          throw TierError(
            .tooShort(byteCount: UInt64(bytes.count)), key: key, location: self.origin.location,
            reason: "\(bytes.count) bytes where at least \(range.upperBound) are needed")
        }
        return Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
      })
  }

  package func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    try read(
      key, cached: { tier throws(TierError) in try tier.read(key, limit: limit) },
      whole: { bytes throws(TierError) in
        guard bytes.count <= limit else {
          throw TierError(
            .tooLarge(byteCount: UInt64(bytes.count)), key: key, location: self.origin.location,
            reason: "\(bytes.count) bytes where \(limit) are allowed")
        }
        return bytes
      })
  }

  /// The byte count as the origin has it: a torn copy in the cache would give another.
  package func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? {
    try fromOrigin { tier throws(TierError) in try tier.byteCount(of: key) }
  }

  package func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    try fromOrigin { tier throws(TierError) in try tier.list(prefix, after: start, limit: limit) }
  }

  /// Tells that the bytes of an object did not verify: the cached object is set aside, and the next read asks the
  /// origin.
  ///
  /// - Returns: false when the bytes can only have been the origin's. That is so after at most two calls for one
  ///   object, so reading again as long as this is true comes to an end.
  @discardableResult
  package func invalidate(_ key: ObjectKey) -> Bool {
    guard key.isCacheable else { return false }
    let mayBeCached = withState { state in
      guard !state.distrusted.distrusts(key) else { return false }
      state.distrusted.strike(key)
      state.counters.damaged += 1
      return true
    }
    if mayBeCached { setAside(key) }
    return mayBeCached
  }
}

extension CachedTier {
  /// Asks the cache, then the origin.
  ///
  /// - Parameter cached: the read as it is.
  /// - Parameter whole: the same out of the whole object, when it passes through here on its way into the cache.
  private func read(
    _ key: ObjectKey, cached: (any ObjectTier) throws(TierError) -> [UInt8],
    whole: ([UInt8]) throws(TierError) -> [UInt8]
  ) throws(TierError) -> [UInt8] {
    guard key.isCacheable else { return try bytesFromOrigin(cached) }
    if let bytes = fromCache(key, cached) { return bytes }
    guard mayFill(key) else { return try missed(cached) }
    return try lane(for: key).run { () throws(TierError) in
      // Another thread may have copied it while this one waited for its turn.
      if let bytes = fromCache(key, cached) { return bytes }
      let claim = claim(key) { fromCache(key, cached) }
      defer { claim.release() }
      if let bytes = claim.found { return bytes }
      // To ask for the claim may have been what showed that the cache does not answer.
      guard mayFill(key), let object = try wholeObject(key) else { return try missed(cached) }
      withState { $0.counters.misses += 1 }
      fill(key, object)
      return try whole(object)
    }
  }

  private func missed(_ read: (any ObjectTier) throws(TierError) -> [UInt8]) throws(TierError) -> [UInt8] {
    withState { $0.counters.misses += 1 }
    return try bytesFromOrigin(read)
  }

  /// What the cache has, or nil when it cannot serve.
  private func fromCache(_ key: ObjectKey, _ read: (any ObjectTier) throws(TierError) -> [UInt8]) -> [UInt8]? {
    let now = clock.nanoseconds()
    guard withState({ !$0.distrusted.distrusts(key) && $0.reading.allows(at: now) }) else { return nil }
    withState { $0.counters.cacheRequests += 1 }
    do throws(TierError) {
      let bytes = try read(boundedCache)
      withState { state in
        state.reading.succeeded()
        state.counters.hits += 1
        state.counters.bytesFromCache += UInt64(bytes.count)
      }
      return bytes
    } catch {
      readFailed(key, error)
      return nil
    }
  }

  private func readFailed(_ key: ObjectKey, _ error: TierError) {
    switch error.kind {
    case .notFound:
      withState { $0.reading.succeeded() }
    case .tooShort, .tooLarge:
      // Torn, or the reference is wrong: the origin decides. Either way this copy is not needed.
      withState { state in
        state.reading.succeeded()
        state.counters.damaged += 1
        state.distrusted.strike(key)
      }
      setAside(key)
    case .stalled, .outcomeUnknown, .unsynced, .noSpace, .denied, .failed:
      failed(error, \.reading)
    }
  }

  private func setAside(_ key: ObjectKey) {
    let mark = UniqueName(high: random.next(), low: random.next())
    let isAside = attempt { cache throws(TierError) in try cache.quarantine(key, mark: mark) } != nil
    tellOfDamage("\(cacheLocation)/\(key): it does not verify\(isAside ? ", and was set aside" : "")")
  }
}

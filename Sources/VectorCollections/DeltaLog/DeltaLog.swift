package import ObjectTier
package import Primitives
package import SnapshotFormat

/// The deltas of a collection in the origin (formats/delta.md §7).
///
/// - A number is never used for two different pieces of work that both count: create-exclusive decides, and a number
///   the head has compacted meanwhile is void.
/// - Order of writes: the delta, whole and durable; then the caller is told. A crash before leaves nothing that counts.
package struct DeltaLog: Sendable {
  package struct Configuration: Sendable {
    /// How far a delta may be ahead of the clock of a compaction that takes it in.
    package var clockSkewMaxMilliseconds: Int64 = 5 * 60 * 1_000
    /// How far what is compacted may be ahead of the clock of an append. More than a compaction allows: a producer that
    /// is within bounds shuts out none whose clock is a little behind the compaction's.
    package var appendSkewMaxMilliseconds: Int64 = 10 * 60 * 1_000
    /// How often another number is taken after somebody else was faster.
    package var attemptCountMax = 64
    /// How often the same bytes are sent to the same number while the answer is unknown.
    package var sendCountMax = 4
    /// How many deltas are listed at most.
    package var listedCountMax = 1 << 20

    package init() {}
  }

  /// A delta of at most so many bytes is read at once.
  static let smallByteCount: UInt64 = 64 << 10

  let tier: any ObjectTier
  let collection: CollectionName
  let schema: VectorSchema
  let compacted: any CompactedSequences
  let clock: any WallClock
  let configuration: Configuration
  let memory: AppendMemory

  /// - Precondition: `tier` is the origin.
  package init(
    tier: any ObjectTier, collection: CollectionName, schema: VectorSchema, compacted: any CompactedSequences,
    clock: any WallClock, configuration: Configuration = Configuration(), memory: AppendMemory = AppendMemory()
  ) {
    precondition(tier.role == .origin, "deltas are read from and written to the origin only")
    self.tier = tier
    self.collection = collection
    self.schema = schema
    self.compacted = compacted
    self.clock = clock
    self.configuration = configuration
    self.memory = memory
  }

  func key(_ producer: ProducerName, _ sequence: UInt64) -> ObjectKey {
    .delta(collection, producer, sequence: sequence)
  }

  /// The end of a delta, or nil when there is none of that name. One that does not verify is read once more: it may
  /// have come to harm on its way.
  func tail(_ key: ObjectKey) throws(DeltaLogError) -> DeltaTail? {
    do throws(DeltaLogError) {
      return try readTail(key)
    } catch {
      guard case .damaged = error else { throw error }
      return try readTail(key)
    }
  }

  private func readTail(_ key: ObjectKey) throws(DeltaLogError) -> DeltaTail? {
    let byteCount: UInt64?
    let bytes: [UInt8]
    do throws(TierError) {
      byteCount = try tier.byteCount(of: key)
      guard let byteCount else { return nil }
      let start = byteCount - min(byteCount, UInt64(DeltaLimits.tailByteCount))
      bytes = try tier.read(key, range: start..<byteCount)
    } catch {
      throw .tier(error)
    }
    return try DeltaLog.tail(bytes, at: key)
  }

  static func tail(_ bytes: [UInt8], at key: ObjectKey) throws(DeltaLogError) -> DeltaTail {
    do throws(FormatError) { return try DeltaTail(tail: bytes.rawSpan) } catch { throw .damaged(key, error) }
  }

  /// All of a delta's bytes, or nil when there is none of that name.
  func bytes(_ key: ObjectKey) throws(DeltaLogError) -> [UInt8]? {
    do throws(TierError) {
      return try tier.read(key, limit: DeltaLimits.byteCount)
    } catch {
      if error.kind == .notFound { return nil }
      throw .tier(error)
    }
  }

  /// Sequences of a producer that are listed, above `sequence`, in order.
  func listed(_ producer: ProducerName, above sequence: UInt64) throws(DeltaLogError) -> [UInt64] {
    try listed(.deltas(collection, producer), after: key(producer, sequence)).compactMap(\.number)
  }

  func listed(_ prefix: ObjectPrefix, after start: ObjectKey?) throws(DeltaLogError) -> [ObjectKey] {
    var keys: [ObjectKey] = []
    try forEachPage(of: prefix, after: start) { page throws(DeltaLogError) in
      keys += page
      guard keys.count <= configuration.listedCountMax else { throw tooManyListed }
      return page.last
    }
    return keys
  }

  /// Lists page by page.
  ///
  /// - Parameter body: gets a page, and says behind which key the next one begins; nil where it has enough.
  func forEachPage(
    of prefix: ObjectPrefix, after start: ObjectKey?, _ body: ([ObjectKey]) throws(DeltaLogError) -> ObjectKey?
  ) throws(DeltaLogError) {
    let pageCount = 1_000
    var last = start
    while true {
      let page: [ObjectKey]
      do throws(TierError) { page = try tier.list(prefix, after: last, limit: pageCount) } catch { throw .tier(error) }
      guard let next = try body(page), page.count == pageCount else { return }
      last = next
    }
  }

  /// Nobody but a compaction goes on with a part of what there is.
  var tooManyListed: DeltaLogError {
    .refused("more than \(configuration.listedCountMax) deltas of \(collection.string) wait: compact first")
  }
}

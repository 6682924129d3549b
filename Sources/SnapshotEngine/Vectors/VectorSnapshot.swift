internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import SnapshotSync
internal import VectorCollections

/// The records of a collection at one moment, mapped and ready to be read. It does not change, whatever is appended or
/// compacted.
///
/// ```swift
/// let words = try await engine.vectors("words")
/// let length = try words.withVector("doc/42") { $0.count }
/// ```
/// Reads touch mapped memory only; each is checked when it is made. Safe to use from many threads at once.
public final class VectorSnapshot: Sendable {
  /// The version it stands on; nil when all there is waits for compaction.
  public let snapshot: Snapshot?
  let reader: VectorReader
  /// Of the copy whose files are mapped, if they are.
  private let pin: PinnedCopy?

  init(_ reader: VectorReader, _ snapshot: Snapshot?, pin: PinnedCopy? = nil) {
    self.reader = reader
    self.snapshot = snapshot
    self.pin = pin
  }

  /// How many elements every vector has.
  public var dimension: Int { reader.schema.dimension }

  /// Bytes of all vectors, of superseded records too.
  public var vectorBytes: UInt64 { reader.vectorByteCount }

  /// A record, copied; nil when there is none of that id.
  ///
  /// - Throws: `.usage` for what is no id, `.damaged` when the bytes are not what they should be.
  public func record(_ id: String) throws(EngineError) -> VectorRecord? {
    let name = try RecordChange.name(id)
    return try VectorSnapshot.catching { () throws(StoreError) in
      try reader.get(name).map { VectorRecord(id: name, body: $0) }
    }
  }

  /// Hands out a vector where it lies, without a copy; nil when there is no record of that id.
  ///
  /// - Throws: as `record`.
  public func withVector<Value>(_ id: String, _ body: (Span<Float>) -> Value) throws(EngineError) -> Value? {
    let name = try RecordChange.name(id)
    var value: Value?
    do throws(StoreError) { _ = try reader.handOut(name) { value = body($0) } } catch { throw EngineError(error) }
    return value
  }

  /// Hands out ids, as UTF-8, and vectors in ascending order of id, where they lie, without a copy, until `body` has
  /// enough. Neither may be kept.
  ///
  /// - Returns: how many were handed out.
  /// - Throws: `.damaged` when the bytes are not what they should be.
  @discardableResult
  public func scanVectors(_ body: (Span<UInt8>, Span<Float>) -> Bool) throws(EngineError) -> UInt64 {
    try VectorSnapshot.catching { () throws(StoreError) in try reader.scanVectors(body) }
  }

  /// Hands out records in ascending order of id, one in memory at a time, until `body` has enough.
  ///
  /// - Parameters:
  ///   - prefix: of the ids; nil takes all.
  ///   - filter: what records have to be, such as `label = TOTAL and (page >= 2 or not page exists)`; nil takes all.
  ///     A test of a key that is not there fails; the words `id` and `document` are the record's own fields.
  ///   - limit: so many are handed out at most; nil: all.
  /// - Returns: how many were handed out.
  /// - Throws: `.usage` for a prefix or filter that is none, `.damaged` when the bytes are not what they should be.
  @discardableResult
  public func scan(
    prefix: String? = nil, where filter: String? = nil, limit: UInt64? = nil, _ body: (VectorRecord) -> Bool
  ) throws(EngineError) -> UInt64 {
    let wanted = try VectorSnapshot.filter(filter)
    var name: RecordName?
    if let prefix { name = try RecordChange.name(prefix) }
    return try VectorSnapshot.catching { [name] () throws(StoreError) in
      try reader.scan(prefix: name, where: wanted, limit: limit ?? .max) {
        body(VectorRecord(id: $0.id, body: $0.body))
      }
    }
  }

  static func filter(_ text: String?) throws(EngineError) -> RecordFilter? {
    guard let text else { return nil }
    do throws(FilterError) { return try RecordFilter(text) } catch {
      let lines = error.marked.split(separator: "\n").map { "\n    \($0)" }.joined()
      throw EngineError(
        .usage, "the filter is wrong: \(error)\(lines)",
        advice:
          "Write tests such as `page >= 2`, `label in (A, 'B C')`, `tags contains x`, `page exists`; join them by "
          + "and, or, not and parentheses")
    }
  }

  static func catching<Value>(_ body: () throws(StoreError) -> Value) throws(EngineError) -> Value {
    do throws(StoreError) { return try body() } catch { throw EngineError(error) }
  }
}

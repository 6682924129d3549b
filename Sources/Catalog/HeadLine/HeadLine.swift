package import ObjectTier
package import Primitives
package import SnapshotFormat

/// Reads the heads of one collection, from the origin only (formats/head.md §4).
///
/// - The highest number rules: if it does not verify, that is damage, and no lower one is taken instead.
/// - Costs: about 2·log₂ of the distance from the hint in probes, and one read. Where an answer takes a round trip, the
///   probes go out several at a time: three rounds at most for what is a dozen revisions past the hint. With a hint
///   they are reads there, so that the newest head needs none of its own.
package struct HeadLine: Sendable {
  package let origin: any ObjectTier
  package let collection: CollectionName

  package init(_ origin: any ObjectTier, _ collection: CollectionName) {
    self.origin = origin
    self.collection = collection
  }

  /// The highest revision, 0 when there is none. `hint` may be any number.
  package func newestRevision(hint: UInt64 = 0) throws(CatalogError) -> UInt64 {
    try search(hint) { revision throws(CatalogError) in try exists(revision) ? [] : nil }.revision
  }

  /// - Parameter look: nil when a revision does not exist; of one that does its bytes, or none.
  /// - Returns: the highest revision, and what `look` gave for it.
  private func search(
    _ hint: UInt64, look: @escaping @Sendable (UInt64) throws(CatalogError) -> [UInt8]?
  ) throws(CatalogError) -> (revision: UInt64, bytes: [UInt8]) {
    let width = origin.callsAtOnce
    var search = RevisionSearch(hint: hint, width: width)
    var newest: [UInt8] = []
    while case let probes = search.probes, !probes.isEmpty {
      let looks = try Parallel.map(probes, jobs: width) { probe throws(CatalogError) in try look(probe) }
      let found = zip(probes, looks).filter { $0.1 != nil }
      // What exists is always above what was found before.
      if let bytes = found.last?.1 { newest = bytes }
      search.answer(existing: found.map(\.0))
    }
    return (search.newest, newest)
  }

  /// The head, or nil before the first.
  package func newest(hint: UInt64 = 0) throws(CatalogError) -> Head? {
    let readsAtOnce = hint > 0 && origin.callsAtOnce > 1
    let (revision, bytes) = try search(hint) { revision throws(CatalogError) in
      if readsAtOnce { return try whole(revision) }
      return try exists(revision) ? [] : nil
    }
    guard revision > 0 else { return nil }
    if !bytes.isEmpty, let head = try? decoded(bytes, revision) { return head }
    guard let head = try head(at: revision) else {
      let key = ObjectKey.head(collection, revision: revision)
      throw .tier(TierError(.notFound, key: key, location: origin.location, reason: "it was there a moment ago"))
    }
    return head
  }

  /// The newest head where one came after `known`, else nil: that costs one request, because revisions are dense and
  /// never go.
  package func newer(than known: Head) throws(CatalogError) -> Head? {
    guard known.revision < .max, try exists(known.revision + 1) else { return nil }
    return try newest(hint: known.revision + 1)
  }

  /// The head, of a collection that must be there.
  package func existing(hint: UInt64 = 0) throws(CatalogError) -> Head {
    guard let head = try newest(hint: hint) else { throw .notFound(.collection(collection)) }
    return head
  }

  /// The head of one revision, verified; nil when it does not exist.
  package func head(at revision: UInt64) throws(CatalogError) -> Head? {
    try origin.sealedObject(.head(collection, revision: revision)) { bytes throws(FormatError) in
      try decoded(bytes, revision)
    }
  }

  private func decoded(_ bytes: [UInt8], _ revision: UInt64) throws(FormatError) -> Head {
    try Head(decoding: bytes.rawSpan, collection: collection, revision: revision)
  }

  /// The bytes of a head, nil when it does not exist. None of one that is too large: only of the newest is that damage,
  /// and who reads it says so.
  private func whole(_ revision: UInt64) throws(CatalogError) -> [UInt8]? {
    do throws(CatalogError) {
      return try origin.sealedObject(.head(collection, revision: revision))
    } catch {
      guard case .damaged = error else { throw error }
      return []
    }
  }

  private func exists(_ revision: UInt64) throws(CatalogError) -> Bool {
    do throws(TierError) {
      return try origin.byteCount(of: .head(collection, revision: revision)) != nil
    } catch {
      throw .tier(error)
    }
  }
}

extension ObjectTier {
  /// The bytes of a sealed object, nil when it is not there. One that is too large for any is damaged.
  package func sealedObject(_ key: ObjectKey) throws(CatalogError) -> [UInt8]? {
    do throws(TierError) {
      return try read(key, limit: SealedObject.byteCountMax)
    } catch {
      switch error.kind {
      case .notFound: return nil
      case .tooLarge(let count): throw .damaged(key, .beyondLimit("sealed object", "\(count) bytes"))
      default: throw .tier(error)
      }
    }
  }

  /// A sealed object, decoded; nil when it is not there. Bytes that do not verify are read once more: they may have
  /// come to harm on their way.
  func sealedObject<Value>(
    _ key: ObjectKey, decode: ([UInt8]) throws(FormatError) -> Value
  ) throws(CatalogError) -> Value? {
    guard let first = try sealedObject(key) else { return nil }
    if let value = try? decode(first) { return value }
    guard let again = try sealedObject(key) else { return nil }
    do throws(FormatError) { return try decode(again) } catch { throw .damaged(key, error) }
  }
}

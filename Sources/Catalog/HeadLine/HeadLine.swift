package import ObjectTier
package import Primitives
package import SnapshotFormat

/// Reads the heads of one collection, from the origin only (formats/head.md §4).
///
/// - The highest number rules: if it does not verify, that is damage, and no lower one is taken instead.
/// - Costs: about 2·log₂ of the distance from the hint in probes, and one read. Where an answer takes a round trip, the
///   probes go out several at a time: three rounds at most for what is a dozen revisions past the hint.
package struct HeadLine: Sendable {
  package let origin: any ObjectTier
  package let collection: CollectionName

  package init(_ origin: any ObjectTier, _ collection: CollectionName) {
    self.origin = origin
    self.collection = collection
  }

  /// The highest revision, 0 when there is none. `hint` may be any number.
  package func newestRevision(hint: UInt64 = 0) throws(CatalogError) -> UInt64 {
    let width = origin.callsAtOnce
    var search = RevisionSearch(hint: hint, width: width)
    while case let probes = search.probes, !probes.isEmpty {
      let answers = try Parallel.map(probes, jobs: width) { probe throws(CatalogError) in try exists(probe) }
      search.answer(existing: zip(probes, answers).filter(\.1).map(\.0))
    }
    return search.newest
  }

  /// The head, or nil before the first.
  package func newest(hint: UInt64 = 0) throws(CatalogError) -> Head? {
    let revision = try newestRevision(hint: hint)
    guard revision > 0 else { return nil }
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
    let key = ObjectKey.head(collection, revision: revision)
    guard let bytes = try origin.sealedObject(key) else { return nil }
    do throws(FormatError) {
      return try Head(decoding: bytes.rawSpan, collection: collection, revision: revision)
    } catch {
      throw .damaged(key, error)
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
}

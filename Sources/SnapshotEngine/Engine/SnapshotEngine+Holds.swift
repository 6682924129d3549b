internal import Catalog
public import Primitives
internal import SnapshotFormat

extension SnapshotEngine {
  /// Keeps a version from retention: until a moment, or until it is released.
  ///
  /// A version may be held for several reasons; the same message again moves the moment.
  /// - Parameters:
  ///   - until: nil: until it is released. A moment that has passed is refused with `.usage`.
  ///   - message: why; at most 1,024 bytes.
  /// - Returns: the version, with its holds.
  /// - Throws: `.notFound` when there is no such version.
  public func hold(
    _ version: String, until: Timestamp? = nil, message: String = ""
  ) async throws(EngineError) -> Snapshot {
    let reference = try Names.version(version)
    if let until, until <= clock.now() {
      throw EngineError(.usage, "\(until.text) has passed", advice: "Give a moment to come, or none")
    }
    return try await perform { call throws(EngineError) in
      try call.changed(reference) { row, head in
        let hold = Hold(version: row.version, until: until, label: message)
        return head.holds.contains(hold) ? [] : [.hold(hold)]
      }
    }
  }

  /// Takes holds of a version away.
  ///
  /// - Parameter message: which one; nil: all of them.
  /// - Returns: the version, with the holds that are left.
  /// - Throws: `.notFound` when there is no such version, or nothing holds it.
  public func release(_ version: String, message: String? = nil) async throws(EngineError) -> Snapshot {
    let reference = try Names.version(version)
    return try await perform { call throws(EngineError) in
      try call.changed(reference) { row, head throws(CatalogError) in
        let holds = head.holds.filter { $0.version == row.version && (message == nil || $0.label == message) }
        guard !holds.isEmpty else { throw .refused(.noSuchHold(version: row.version, label: message ?? "")) }
        return holds.map { .release(version: $0.version, label: $0.label) }
      }
    }
  }
}

extension EngineCall {
  fileprivate func changed(
    _ reference: VersionReference, _ change: (VersionRow, Head) throws(CatalogError) -> [HeadChange]
  ) throws(EngineError) -> Snapshot {
    var row: VersionRow?
    let head = try commit(to: reference.collection) { head throws(CatalogError) in
      let found = try HeadLine(catalog.origin, reference.collection).row(reference.selector, in: head)
      row = found
      return try change(found, head)
    }
    guard let row else { throw EngineError(.failed, "no head was read", subject: "\(reference)") }
    return Snapshot(reference.collection, row, in: head)
  }
}

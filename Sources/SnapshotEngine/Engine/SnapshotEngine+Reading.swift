internal import Catalog
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

extension SnapshotEngine {
  /// The bytes of one file of a version, piece by piece in order, each verified before it is given.
  ///
  /// - Parameter piece: is given at most one chunk at a time, on the thread that does the work; what it throws ends the
  /// call.
  /// - Returns: how many bytes the file has.
  /// - Throws: `.notFound` when the version has no such file, `.damaged` when its bytes do not verify; what was given
  /// until then is sound.
  public func read(
    _ path: String, of version: String, piece: @escaping @Sendable ([UInt8]) throws(EngineError) -> Void
  ) async throws(EngineError) -> UInt64 {
    let (reference, file) = (try Names.version(version), try Names.path(path))
    return try await perform { call throws(EngineError) in
      let row = try call.row(reference).row
      let manifest = try call.catching { () throws(StoreError) in try call.store.manifest(row) }
      let entry = try call.catching { () throws(StoreError) in try manifest.file(at: file) }
      guard let entry, case .file(let content) = entry.content else {
        let name = "\(reference.collection)@\(row.version)"
        throw EngineError(
          .notFound, "\(name) has no file \(file)", subject: "\(file)",
          advice: entry == nil ? "" : "It is a directory or a link")
      }
      try call.forEachChunk(of: content, in: manifest, piece)
      return content.byteCount
    }
  }
}

extension EngineCall {
  fileprivate func forEachChunk(
    of file: FileContent, in manifest: ManifestReader, _ piece: ([UInt8]) throws(EngineError) -> Void
  ) throws(EngineError) {
    var failure: EngineError?
    try catching { () throws(StoreError) in
      try manifest.forEachReference(of: file) { reference throws(StoreError) in
        guard failure == nil else { return }
        let bytes = try manifest.chunks.chunk(reference, support: manifest.support)
        do throws(EngineError) { try piece(bytes) } catch { failure = error }
      }
    }
    if let failure { throw failure }
  }
}

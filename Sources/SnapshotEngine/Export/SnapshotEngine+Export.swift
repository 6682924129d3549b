internal import Catalog
internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

extension SnapshotEngine {
  /// A whole version as a tar archive (POSIX `pax`), piece by piece in order, each verified before it is given.
  ///
  /// The archive of a version is always the same: owner and group are 0, or those the version records, the time of
  /// every entry is that of the version.
  /// - Parameters:
  ///   - withOwners: whether entries get the owners the version records.
  ///   - piece: is given a few megabytes at most, on the thread that does the work; what it throws ends the call.
  /// - Throws: `.damaged` when bytes do not verify; what was given until then is sound, but no whole archive. `.failed`
  /// for owners that the version does not record; nothing is given then.
  public func export(
    _ version: String, withOwners: Bool = false, piece: @escaping @Sendable ([UInt8]) throws(EngineError) -> Void
  ) async throws(EngineError) -> ExportedSnapshot {
    let reference = try Names.version(version)
    return try await perform { call throws(EngineError) in
      let (head, row) = try call.row(reference)
      var export = try call.archive(reference, row, withOwners: withOwners)
      let bytes = try call.write(&export) { bytes throws(EngineError) in try piece(bytes) }
      return ExportedSnapshot(
        snapshot: Snapshot(reference.collection, row, in: head), bytes: bytes, seconds: call.seconds)
    }
  }

  /// A whole version as a tar archive in a file.
  ///
  /// The file is there when all of it is, durable; one of that name is replaced then. After a failure it is as it was.
  /// - Throws: `.damaged` when bytes do not verify, `.noSpace` before the first byte, `.usage` for a name that stands
  /// for something other than a file.
  public func export(
    _ version: String, to file: String, withOwners: Bool = false, progress: ProgressHandler? = nil
  ) async throws(EngineError) -> ExportedSnapshot {
    let reference = try Names.version(version)
    return try await perform { call throws(EngineError) in
      let (head, row) = try call.row(reference)
      let export = try call.archive(reference, row, withOwners: withOwners)
      let bytes = try call.onTrees(LocalFile.split(file).parent) { () throws(EngineError) in
        try call.write(export, to: ArchiveFile(file, mark: UniqueName(random: random)), progress)
      }
      return ExportedSnapshot(
        snapshot: Snapshot(reference.collection, row, in: head), bytes: bytes, seconds: call.seconds)
    }
  }
}

extension EngineCall {
  fileprivate func archive(
    _ reference: VersionReference, _ row: VersionRow, withOwners: Bool
  ) throws(EngineError) -> TarExport {
    let manifest = try catching { () throws(StoreError) in try store.manifest(row) }
    if withOwners, manifest.root.owners == nil {
      throw EngineError.ownersNotRecorded("\(reference.collection)@\(row.version)")
    }
    return TarExport(manifest, modified: row.created, withOwners: withOwners, limits: store.limits)
  }

  fileprivate func write(
    _ export: TarExport, to file: ArchiveFile, _ progress: ProgressHandler?
  ) throws(EngineError) -> UInt64 {
    do throws(EngineError) {
      var export = export
      let total = try catching { () throws(StoreError) in try export.totalByteCount() }
      try file.reserve(total)
      var shown = Progress(phase: "export")
      shown.bytesTotal = total
      let count = try write(&export) { bytes throws(EngineError) in
        try file.append(bytes)
        shown.bytesDone += UInt64(bytes.count)
        progress?(shown)
      }
      try file.finish()
      return count
    } catch {
      file.abandon()
      throw error
    }
  }

  fileprivate func write(
    _ export: inout TarExport, to sink: ([UInt8]) throws(EngineError) -> Void
  ) throws(EngineError) -> UInt64 {
    var failure: EngineError?
    do throws(StoreError) {
      try export.write { bytes throws(StoreError) in
        if isStopped { throw .invalid("stopped") }
        do throws(EngineError) { try sink(bytes) } catch {
          failure = error
          throw .invalid("stopped")
        }
      }
    } catch {
      throw failure ?? EngineError(error)
    }
    return export.byteCount
  }
}

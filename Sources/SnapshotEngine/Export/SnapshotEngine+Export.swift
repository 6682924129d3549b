internal import Catalog
internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

extension SnapshotEngine {
  /// A whole version as a tar archive (POSIX `pax`), piece by piece in order, each verified before it is given.
  ///
  /// The archive of a version is always the same: owner and group are 0, the time of every entry is that of the
  /// version.
  /// - Parameter piece: is given a few megabytes at most, on the thread that does the work; what it throws ends the
  /// call.
  /// - Throws: `.damaged` when bytes do not verify; what was given until then is sound, but no whole archive.
  public func export(
    _ version: String, piece: @escaping @Sendable ([UInt8]) throws(EngineError) -> Void
  ) async throws(EngineError) -> ExportedSnapshot {
    let reference = try Names.version(version)
    return try await perform { call throws(EngineError) in
      let (head, row) = try call.row(reference)
      let bytes = try call.export(row) { bytes throws(EngineError) in try piece(bytes) }
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
    _ version: String, to file: String, progress: ProgressHandler? = nil
  ) async throws(EngineError) -> ExportedSnapshot {
    let reference = try Names.version(version)
    return try await perform { call throws(EngineError) in
      let (head, row) = try call.row(reference)
      let output = try ArchiveFile(file, mark: UniqueName(random: random))
      let bytes = try call.export(row, to: output, progress)
      return ExportedSnapshot(
        snapshot: Snapshot(reference.collection, row, in: head), bytes: bytes, seconds: call.seconds)
    }
  }
}

extension EngineCall {
  fileprivate func export(
    _ row: VersionRow, to sink: ([UInt8]) throws(EngineError) -> Void
  ) throws(EngineError) -> UInt64 {
    var export = try catching { () throws(StoreError) in
      TarExport(try store.manifest(row), modified: row.created, limits: store.limits)
    }
    return try write(&export, to: sink)
  }

  fileprivate func export(
    _ row: VersionRow, to file: ArchiveFile, _ progress: ProgressHandler?
  ) throws(EngineError) -> UInt64 {
    do throws(EngineError) {
      var export = try catching { () throws(StoreError) in
        TarExport(try store.manifest(row), modified: row.created, limits: store.limits)
      }
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

  private func write(
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

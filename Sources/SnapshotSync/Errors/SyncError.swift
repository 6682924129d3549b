internal import FileIO
package import Primitives
package import SnapshotFormat
package import SnapshotStore

/// What bringing a directory to a version failed with. Each case is one the caller acts on differently.
package enum SyncError: Error, Sendable {
  /// The store, a tier or a local file failed.
  case store(StoreError)
  /// The directory is not empty and was not made by `sync`. Nothing was touched; adopting takes it over.
  case notACopy(directory: String, reason: String)
  /// The copy was changed here, and the caller wants such changes kept. Nothing was touched.
  case localChanges(count: Int, first: [LocalChange])
  /// Files that would be patched in place have further links, through which others would see the patch. Nothing was
  /// touched.
  case linked(count: Int, first: [RelativePath])
  /// Owners are wanted, and the version was made without. Nothing was touched.
  case ownersNotRecorded(version: String)
  /// This process may not give files to `owner`. The entries of the directory were not touched.
  case ownersDenied(owner: Owner, directory: String)
  /// Patterns select nothing of the version. Nothing was touched.
  case nothingIncluded(version: String, patterns: PartPatterns)
  /// Not enough room; nothing was written.
  case noSpace(missing: UInt64, directory: String)
  /// Somebody else syncs this directory, and went on doing so. Nothing was touched.
  case busy(String)
  /// The deadline passed. What was fetched is kept for the next run.
  case timedOut(String)
  /// The caller called it off. What was fetched is kept for the next run.
  case cancelled
}

extension SyncError {
  static func file(_ error: FileError) -> SyncError { .store(.file(error)) }
}

extension SyncError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .store(let error): "\(error)"
    case .notACopy(let directory, let reason):
      "\(Printable.string(directory)) is not empty and not a copy (\(reason)); --adopt compares it and takes it over"
    case .localChanges(let count, let first):
      "\(count) local changes, first \(first.prefix(3).map { "\($0.path)" }.joined(separator: ", "))"
    case .linked(let count, let first):
      "\(count) files have further links (first \(first.first.map { "\($0)" } ?? "")); they cannot be patched in place"
    case .ownersNotRecorded(let version): "\(version) was made without owners"
    case .ownersDenied(let owner, let directory):
      "\(Printable.string(directory)): this process may not give files to \(owner)"
    case .nothingIncluded(let version, let patterns): "nothing in \(version) matches \(patterns.text)"
    case .noSpace(let missing, let directory): "\(Printable.string(directory)): \(missing) bytes of space are missing"
    case .busy(let what), .timedOut(let what): what
    case .cancelled: "called off"
    }
  }
}

/// Runs what fails with an error of the store.
func storing<Value>(_ body: () throws(StoreError) -> Value) throws(SyncError) -> Value {
  do throws(StoreError) {
    return try body()
  } catch {
    throw .store(error)
  }
}

/// Runs what fails with an error of a file.
func filing<Value: ~Copyable>(_ body: () throws(FileError) -> Value) throws(SyncError) -> Value {
  do throws(FileError) {
    return try body()
  } catch {
    throw .file(error)
  }
}

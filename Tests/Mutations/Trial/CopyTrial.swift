import Catalog
import FileIO
import FuzzEntries
import Primitives
import SnapshotFormat
import SnapshotStore
import SnapshotSync

/// A local copy on a real file system, one of whose files is mutated: the comparison with what the copy remembers, then
/// at times the next sync.
///
/// Promises (formats/copy-state.md): what does not verify counts as no copy; a sync ends with exactly the version.
final class CopyTrial {
  private struct LocalFile {
    let bytes: [UInt8]
    let mode: FileMode
  }

  private struct Change {
    let path: LocalPath
    /// Of the copy's own files, or else of its tree.
    let isState: Bool
    let name: String
    /// Nil: the file goes.
    let bytes: [UInt8]?
  }

  private static let syncPercent = 12

  private let trial: StoreTrial
  private let collection: CollectionName
  private let row: VersionRow
  private let directory: String
  /// What is in the directory while nobody has touched it.
  private var files: [LocalPath: LocalFile] = [:]

  init(_ trial: StoreTrial, folder: String) throws {
    self.trial = trial
    collection = try Unsound.known(trial.world.names.last, "collection")
    row = try Unsound.known(trial.world.collections[collection]?.newestHead?.newestRow, "version")
    directory = folder + "/copy"
    trial.tier.objects = trial.world.objects
    try sync(adopts: false)
    try remember()
  }

  /// What was done to which kind of file, and what came of it.
  func run(_ chance: inout Chance) throws -> (kind: ObjectKind, name: String, verdict: Verdict) {
    trial.tier.objects = trial.world.objects
    let change = try change(&chance)
    let kind: ObjectKind = change.isState ? .copyState : .copyFile
    guard let sound = files[change.path], change.bytes != sound.bytes else { return (kind, change.name, .harmless) }
    try put(change.bytes, sound.mode, at: change.path)
    var verdict = try compared(change)
    if chance.happens(CopyTrial.syncPercent) {
      if let failure = try synced() { verdict = .failed(failure) }
      try remember()
    } else {
      try put(sound.bytes, sound.mode, at: change.path)
    }
    return (kind, change.name, verdict)
  }
}

extension CopyTrial {
  private func change(_ chance: inout Chance) throws -> Change {
    let isState = chance.happens(75)
    let paths = files.keys.filter { $0.bytes.starts(with: Array(".snapctl/".utf8)) == isState }.sorted {
      $0.bytes.lexicographicallyPrecedes($1.bytes)
    }
    let path = try Unsound.known(chance.pick(paths), "file")
    guard !chance.happens(6) else { return Change(path: path, isState: isState, name: "removed", bytes: nil) }
    let way = chance.pick(ByteChange.allCases) ?? .flip
    var bytes = files[path]?.bytes ?? []
    way.apply(to: &bytes, donor: files[chance.pick(paths) ?? path]?.bytes ?? [], &chance)
    let isMended = isState && chance.happens(40)
    if isMended { CopyTrial.mend(&bytes, path) }
    return Change(path: path, isState: isState, name: (isMended ? "mended " : "") + way.rawValue, bytes: bytes)
  }

  private static func mend(_ bytes: inout [UInt8], _ path: LocalPath) {
    let text = String(decoding: path.bytes, as: UTF8.self)
    if text.contains("/pages-") {
      bytes.mendPack()
    } else if text.contains("/manifest-"), let name = UniqueName(hex: text.suffix(32)) {
      bytes.mendSealedObject(named: .manifest(name))
    } else {
      bytes.mendSealedObject(named: .copyState)
    }
  }

  /// What the copy says of itself: `verify --local`.
  private func compared(_ change: Change) throws(SyncError) -> Verdict {
    guard case .copy(let copy) = try LocalCopy.load(path: directory) else { return .detected }
    let count: UInt64
    do throws(SyncError) {
      let comparison = try DirectoryComparison(
        directory: directory, jobs: 1, control: SyncControl(clock: SystemClock()))
      count = try comparison.compare(with: copy.content) { _ in }
    } catch {
      return .detected
    }
    if change.isState { return count == 0 ? .harmless : .failed("\(count) differences in a tree nobody touched") }
    return count > 0 ? .detected : .failed("\(change.path) was changed and the copy is said to be sound")
  }

  /// What the next sync makes of it; nil: the version.
  private func synced() throws(StoreError) -> String? {
    do throws(SyncError) {
      do throws(SyncError) {
        try sync(adopts: false)
      } catch {
        guard case .notACopy = error else { throw error }
        try sync(adopts: true)
      }
    } catch {
      return "the sync does not succeed: \(error)"
    }
    let hash = try TreeHash.hash(TreeInput(path: directory), jobs: 1).contentHash
    return hash == row.contentHash ? nil : "the sync gives another tree"
  }

  private func sync(adopts: Bool) throws(SyncError) {
    let clock = SystemClock()
    var request = SyncRequest(collection, row: row, directory: directory)
    request.adopt = adopts
    let sync = SnapshotSync(trial.store, random: SystemRandomSource(), wallClock: CountingClock())
    _ = try sync.sync(
      request, control: SyncControl(clock: clock), lockDeadline: Deadline(seconds: 5, from: clock))
  }
}

extension CopyTrial {
  private func remember() throws {
    let root = try Directory(path: directory)
    files = [:]
    for path in try CopyTrial.paths(in: root, below: nil) {
      let file = try root.open(path, for: .read)
      files[path] = LocalFile(bytes: try file.readAll(limit: 1 << 20), mode: try file.status().mode)
    }
  }

  private static func paths(in root: borrowing Directory, below path: LocalPath?) throws -> [LocalPath] {
    var found: [LocalPath] = []
    for entry in try path.map({ try root.openDirectory($0).list() }) ?? root.list() {
      let name = LocalPath(entry)
      guard let inner = path == nil ? name : path?.appending(name) else { continue }
      switch try root.status(of: inner).kind {
      case .file: if name != .local("lock") { found.append(inner) }
      case .directory: found += try paths(in: root, below: inner)
      default: break
      }
    }
    return found
  }

  private func put(_ bytes: [UInt8]?, _ mode: FileMode, at path: LocalPath) throws {
    let root = try Directory(path: directory)
    guard let bytes else { return try root.unlink(path) }
    let file = try root.open(path, for: .readWriteOrNew(mode))
    try file.truncate(to: 0)
    try file.write(bytes, at: 0)
    try file.changeMode(to: mode)
  }
}

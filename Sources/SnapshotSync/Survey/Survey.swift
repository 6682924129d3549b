internal import FileIO
internal import Primitives

/// Where a chunk stands in a local tree.
struct LocalPlace: Sendable, Equatable {
  let path: RelativePath
  let offset: UInt64
  let byteCount: Int

  var end: UInt64 { offset + UInt64(byteCount) }
}

/// What stands at a path that is not as the copy was left.
struct LocalEntry: Sendable {
  enum Content: Sendable, Equatable {
    /// Nothing is known but what `Survey.verified` holds.
    case unknown
    /// As the version has it that the copy was left at.
    case asLeft
    /// As the wanted version has it.
    case asWanted
  }

  let kind: FileKind?
  let mode: UInt16
  let byteCount: UInt64
  var content: Content

  /// Nothing is there.
  static let absent = LocalEntry(kind: nil, mode: 0, byteCount: 0, content: .unknown)

  init(kind: FileKind?, mode: UInt16, byteCount: UInt64, content: Content) {
    self.kind = kind
    self.mode = mode
    self.byteCount = byteCount
    self.content = content
  }

  init(_ status: FileStatus, content: Content = .unknown) {
    self.init(kind: status.kind, mode: status.mode.bits, byteCount: status.byteCount, content: content)
  }
}

/// What is known of a directory before anything is done to it.
///
/// Paths that are as the copy was left are not listed: memory grows with the local changes, not with the tree.
struct Survey: Sendable {
  static let listedChangeCountMax = 1_000

  /// What is not as it was left, by path.
  var exceptions: [RelativePath: LocalEntry] = [:]
  /// The first local changes, and how many there are.
  private(set) var changes: [LocalChange] = []
  private(set) var changeCount = 0
  /// Chunks that were found, and hashed, in files that are not as they were left.
  var verified: [Digest: LocalPlace] = [:]
  /// Whether there is an ignore file anywhere.
  var hasIgnoreFiles = false
  /// Files that have further links.
  var linked: Set<RelativePath> = []
  /// The chunks of unfinished files of an earlier run: their offsets, ascending.
  var staged: [RelativePath: [UInt64]] = [:]
  /// Bytes that unfinished files take already.
  var stagedByteCount: UInt64 = 0

  mutating func note(_ path: RelativePath, _ kind: LocalChange.Kind) {
    changeCount += 1
    if changes.count < Survey.listedChangeCountMax { changes.append(LocalChange(path: path, kind: kind)) }
  }

  /// Directories that stay because of what is kept in them are no changes either.
  mutating func keep(_ directories: Set<RelativePath>) {
    changes.removeAll { change in
      guard change.kind == .added, directories.contains(change.path) else { return false }
      exceptions[change.path] = nil
      changeCount -= 1
      return true
    }
  }

  func isStaged(_ path: RelativePath, at offset: UInt64) -> Bool {
    guard let offsets = staged[path] else { return false }
    var low = 0
    var high = offsets.count
    while low < high {
      let middle = (low + high) / 2
      if offsets[middle] < offset { low = middle + 1 } else { high = middle }
    }
    return low < offsets.count && offsets[low] == offset
  }
}

internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// Which entries of a version patterns select: what they include, the directories that lead there, and the ignore files
/// of all these (formats/copy-state.md §6).
///
/// One bit for each entry of the version, by its place in the order of path: a tree of eight million entries takes a
/// megabyte.
struct PartSelection: Sendable {
  private var words: [UInt64] = []
  /// The place of the first entry of each files page, and behind them that of an entry more.
  private var firsts: [Int] = [0]
  /// Of the selected entries; the content hash is none.
  private(set) var totals = ManifestRoot.Totals()

  /// Looks at every entry of the version once; where there are ignore files, twice.
  init(_ patterns: PartPatterns, of manifest: ManifestReader, _ control: SyncControl?) throws(SyncError) {
    var above = DirectoriesAbove()
    var hasIgnoreFiles = false
    for page in try storing({ () throws(StoreError) in try manifest.filesPages() }) {
      try control?.check()
      let entries = try storing { () throws(StoreError) in try manifest.files(page) }
      for (index, entry) in entries.enumerated() {
        add(entry, at: (firsts.last ?? 0) + index, patterns, &above)
        hasIgnoreFiles = hasIgnoreFiles || entry.isIgnoreFile
      }
      firsts.append((firsts.last ?? 0) + entries.count)
    }
    if hasIgnoreFiles, !isEmpty { try addIgnoreFiles(of: manifest, control) }
  }

  /// Whether a directory is in the part is known only when all that may be below it was looked at.
  private mutating func addIgnoreFiles(of manifest: ManifestReader, _ control: SyncControl?) throws(SyncError) {
    var above = DirectoriesAbove()
    for (page, first) in zip(try storing({ () throws(StoreError) in try manifest.filesPages() }), firsts) {
      try control?.check()
      let entries = try storing { () throws(StoreError) in try manifest.files(page) }
      for (index, entry) in entries.enumerated() {
        above.move(to: entry.path)
        if entry.content == .directory { above.enter(entry.path, at: first + index, isIncluded: false) }
        if entry.isIgnoreFile, above.places.last.map(contains) ?? true { add(entry, at: first + index) }
      }
    }
  }

  private mutating func add(
    _ entry: FileEntry, at place: Int, _ patterns: PartPatterns, _ above: inout DirectoriesAbove
  ) {
    let isDirectory = entry.content == .directory
    above.move(to: entry.path)
    let isIncluded = above.isIncluded || patterns.match(entry.path, isDirectory: isDirectory)
    if isDirectory { above.enter(entry.path, at: place, isIncluded: isIncluded) }
    guard isIncluded else { return }
    for directory in above.places where select(directory) { totals.directories += 1 }
    if !isDirectory { add(entry, at: place) }
  }

  /// One that is no directory.
  private mutating func add(_ entry: FileEntry, at place: Int) {
    guard select(place) else { return }
    totals.bytes += entry.byteCount
    guard case .file(let file) = entry.content else { return totals.links += 1 }
    totals.files += 1
    totals.chunks += UInt64(file.chunkCount)
  }

  /// - Returns: whether it was not selected before.
  private mutating func select(_ place: Int) -> Bool {
    while words.count <= place / 64 { words.append(0) }
    let bit: UInt64 = 1 << UInt64(place % 64)
    defer { words[place / 64] |= bit }
    return words[place / 64] & bit == 0
  }

  var isEmpty: Bool { totals.entries == 0 }

  func contains(_ place: Int) -> Bool {
    place / 64 < words.count && words[place / 64] & 1 << UInt64(place % 64) != 0
  }

  /// The places of a files page, by its index.
  func places(ofPage page: Int) -> Range<Int> { firsts[page]..<firsts[page + 1] }

  /// Whether any entry of a files page is selected.
  func containsAny(ofPage page: Int) -> Bool { places(ofPage: page).contains(where: contains) }
}

/// The directories above the entry that a walk stands at.
///
/// In the order of path a name may come between a directory and what is in it (`a`, `a-b`, `a/b`): whatever may have
/// something below it still is a prefix of the path that is looked at, so they are few.
private struct DirectoriesAbove {
  private struct Opened {
    let path: RelativePath
    let place: Int
    let isIncluded: Bool
  }

  private var opened: [Opened] = []
  private var path: RelativePath?

  mutating func move(to path: RelativePath) {
    while let last = opened.last, !path.bytes.starts(with: last.path.bytes) { opened.removeLast() }
    self.path = path
  }

  /// The entry itself is a directory, and counts among those above what comes next, and itself.
  mutating func enter(_ directory: RelativePath, at place: Int, isIncluded: Bool) {
    opened.append(Opened(path: directory, place: place, isIncluded: isIncluded))
  }

  private var chain: [Opened] {
    guard let path else { return [] }
    return opened.filter { path == $0.path || path.isBelow($0.path) }
  }

  var isIncluded: Bool { chain.contains(where: \.isIncluded) }
  var places: [Int] { chain.map(\.place) }
}

extension FileEntry {
  fileprivate var isIgnoreFile: Bool {
    guard case .file = content else { return false }
    return path.isIgnoreFile
  }
}

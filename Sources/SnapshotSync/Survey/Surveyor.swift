internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// Looks at a directory and says what of it is as it was left.
///
/// A file whose status agrees with its hint is believed; every other one is hashed, chunk by chunk.
struct Surveyor {
  let tree: LocalTree
  let limits: StoreLimits
  let control: SyncControl
  var survey = Survey()
  private var ignored = IgnoreLookup()
  private var kept = KeptEntries()

  init(tree: LocalTree, limits: StoreLimits, control: SyncControl) {
    self.tree = tree
    self.limits = limits
    self.control = control
  }

  /// Compares the directory with what it was left with.
  ///
  /// - Parameter hints: the hints of a files page, by its place; empty where there are none.
  mutating func compare(with content: VersionContent?, hints: (Int) -> [FileHint]) throws(SyncError) {
    var entries = try EntryStream(content)
    var hintPage: (index: Int, hints: [FileHint]) = (-1, [])
    var walk = try walk(tree)
    var local = try filing { () throws(FileError) in try walk.next() }
    while true {
      let entry = try entries.peek()
      guard local != nil || entry != nil else { break }
      if let found = local, found.path.lastComponent.elementsEqual(IgnoreRules.fileName.utf8) {
        survey.hasIgnoreFiles = true
      }
      if let found = local, entry.map({ found.path < $0.path }) ?? true {
        try add(found, &walk)
        local = try filing { () throws(FileError) in try walk.next() }
        continue
      }
      guard let entry else { break }
      if let found = local, found.path == entry.path {
        let position = entries.position
        if hintPage.index != position.page { hintPage = (position.page, hints(position.page)) }
        let hint = position.entry < hintPage.hints.count ? hintPage.hints[position.entry] : .none
        try compare(found, with: entry, hint, in: content?.manifest)
        local = try filing { () throws(FileError) in try walk.next() }
      } else {
        survey.exceptions[entry.path] = .absent
        survey.note(entry.path, .removed)
      }
      entries.pop()
    }
    survey.keep(kept.above)
  }

  private mutating func add(_ found: TreeEntry, _ walk: inout TreeWalk) throws(SyncError) {
    let isDirectory = found.content == .directory
    let isIgnored = try storing { () throws(StoreError) in
      try ignored.leavesOut(found.path, isDirectory: isDirectory, in: tree.directory)
    }
    if isIgnored {
      kept.keep(found.path)
      if isDirectory { walk.skipBelow(found) }
      return
    }
    survey.exceptions[found.path] = LocalEntry(found.status)
    survey.note(found.path, .added)
    if found.status.kind == .file, found.status.linkCount > 1 { survey.linked.insert(found.path) }
  }

  private mutating func compare(
    _ found: TreeEntry, with entry: FileEntry, _ hint: FileHint, in manifest: ManifestReader?
  ) throws(SyncError) {
    let mode = found.status.mode.bits
    switch (found.content, entry.content) {
    case (.directory, .directory):
      if mode != entry.mode { differ(found, .mode, content: .asLeft) }
    case (.symbolicLink(let target), .link(let expected)):
      if target != expected { differ(found, .content, content: .unknown) }
    case (.file, .file(let file)):
      if found.status.linkCount > 1 { survey.linked.insert(found.path) }
      var isAsLeft = hint.agrees(with: found.status)
      if !isAsLeft { isAsLeft = try self.isAsLeft(found, file, manifest) }
      if !isAsLeft {
        differ(found, .content, content: .unknown)
      } else if mode != entry.mode {
        differ(found, .mode, content: .asLeft)
      }
    default: differ(found, .kind, content: .unknown)
    }
  }

  private mutating func differ(_ found: TreeEntry, _ kind: LocalChange.Kind, content: LocalEntry.Content) {
    survey.exceptions[found.path] = LocalEntry(found.status, content: content)
    survey.note(found.path, kind)
  }

  private mutating func isAsLeft(
    _ found: TreeEntry, _ file: FileContent, _ manifest: ManifestReader?
  ) throws(SyncError) -> Bool {
    guard let manifest else { return false }
    let scan = scan
    let matching = try scan.matches(found.path, file, in: manifest, at: tree) { place, id in remember(place, id) }
    return matching == file.chunkCount && found.status.byteCount == file.byteCount
  }

  mutating func remember(_ place: LocalPlace, _ id: Digest) {
    guard survey.verified.count < limits.chunkIndexCount, survey.verified[id] == nil else { return }
    survey.verified[id] = place
  }

  var scan: FileScan { FileScan(jobs: limits.jobs, control: control) }

  func walk(_ tree: LocalTree) throws(SyncError) -> TreeWalk {
    try filing { () throws(FileError) in try TreeWalk(tree.directory.reopened()) }
  }
}

package import FileIO
package import Primitives
internal import SnapshotFormat
internal import SnapshotStore

extension LocalCopy {
  /// What a directory is to be a copy of.
  package struct Installation: Sendable {
    package let store: UniqueName
    package let content: VersionContent
    /// The root as the store has it, byte for byte.
    package let rootBytes: [UInt8]
    /// Where the tree stands beneath the directory; nil: it is the directory itself.
    package var tree: String?
    /// The absolute path of the tree that the copy was made of; nil: it was made of a store.
    package var origin: String?
    package let synced: Timestamp

    /// - Parameter rootBytes: nil where this program wrote the root itself.
    package init(store: UniqueName, content: VersionContent, rootBytes: [UInt8]? = nil, synced: Timestamp) {
      let manifest = content.manifest
      self.store = store
      self.content = content
      self.rootBytes = rootBytes ?? manifest.root.encode(named: manifest.name).bytes
      self.synced = synced
    }
  }

  /// Makes `directory` a copy of a version whose bytes it already has (formats/copy-state.md §3).
  ///
  /// The caller holds the lock. A crash leaves the state before or the state after.
  ///
  /// - Parameter status: how a file looked when its bytes were known to be those of the version; nil: not known.
  package static func install(
    _ installation: Installation, in directory: borrowing Directory, random: any RandomSource,
    status: (RelativePath) -> FileStatus?
  ) throws(SyncError) {
    let writer = DurableWriter(temporaryDirectory: StatePath.temporary, durability: .full, random: random)
    var packs: [UniqueName] = []
    let hints = try writePages(installation, in: directory, writer, random, &packs, status)
    let manifest = installation.content.manifest
    try write(installation.rootBytes, StatePath.manifest(manifest.name), in: directory, writer)
    var state = CopyState(
      store: installation.store, collection: manifest.root.collection,
      version: CopyState.Version(number: manifest.root.version, root: manifest.name, digest: manifest.digest),
      contentHash: manifest.root.totals.contentHash, synced: installation.synced, packs: packs, hints: hints,
      tree: installation.tree)
    state.part = installation.content.part
    state.origin = installation.origin.flatMap { $0.utf8.count <= CopyState.originByteCountMax ? $0 : nil }
    try replace(state, in: directory, writer)
    // From here on the state says which part a plain tree is.
    if installation.tree == nil {
      _ = try filing { () throws(FileError) in try directory.unlinkIfPresent(StatePath.part) }
    }
    try removeWhatIsNotNamed(by: state, in: directory)
    // Whoever writes there holds the lock: what is left is of the dead.
    try? directory.removeTree(StatePath.temporary)
  }

  /// Notes, durably, that files are being patched towards `target`.
  static func beginInPlace(
    _ state: CopyState, target: CopyState.Version, in directory: borrowing Directory, random: any RandomSource
  ) throws(SyncError) {
    let writer = DurableWriter(temporaryDirectory: StatePath.temporary, durability: .full, random: random)
    var marked = state
    marked.inPlace = target
    try replace(marked, in: directory, writer)
  }

  private static func replace(
    _ state: CopyState, in directory: borrowing Directory, _ writer: DurableWriter
  ) throws(SyncError) {
    let bytes = state.encoded().bytes
    guard bytes.count <= SealedObject.byteCountMax else {
      throw .store(.invalid("the state of the copy is larger than the format allows"))
    }
    try write(bytes, StatePath.state, in: directory, writer)
  }

  private static func write(
    _ bytes: [UInt8], _ path: LocalPath, in directory: borrowing Directory, _ writer: DurableWriter
  ) throws(SyncError) {
    do throws(DurableWriteError) {
      try writer.replace(path, in: directory, mode: .file) { file throws(FileError) in try file.write(bytes, at: 0) }
    } catch {
      throw .file(error.cause)
    }
  }

  private static func removeWhatIsNotNamed(
    by state: CopyState, in directory: borrowing Directory
  ) throws(SyncError) {
    let kept = Set(state.packs.map(StatePath.pages) + [StatePath.manifest(state.version.root)])
    try filing { () throws(FileError) in
      for entry in try directory.openDirectory(StatePath.directory).list() {
        guard let path = StatePath.directory.appending(entry), !kept.contains(path) else { continue }
        let name = entry.name
        guard name.starts(with: Array("pages-".utf8)) || name.starts(with: Array("manifest-".utf8)) else { continue }
        try directory.unlinkIfPresent(path)
      }
    }
  }
}

// MARK: - Pages

extension LocalCopy {
  private static func writePages(
    _ installation: Installation, in directory: borrowing Directory, _ durable: DurableWriter,
    _ random: any RandomSource, _ packs: inout [UniqueName], _ status: (RelativePath) -> FileStatus?
  ) throws(SyncError) -> ReferenceList {
    // Packs wait in memory only until they are full; a tree of 26 GB fills two.
    var finished: [PagesPackWriter.Pack] = []
    var writer = PagesPackWriter(random: random, created: installation.synced)
    let content = installation.content
    try content.manifest.forEachPage(content.holds) { reference, bytes throws(SyncError) in
      if let pack = try writer.add(reference.id, bytes) { finished.append(pack) }
      for pack in finished { try write(pack.bytes, StatePath.pages(pack.name), in: directory, durable) }
      finished.removeAll()
    }
    let list = try writeHints(content, to: &writer, status)
    for pack in try writer.finish() { try write(pack.bytes, StatePath.pages(pack.name), in: directory, durable) }
    packs = writer.names
    return list
  }

  private static func writeHints(
    _ content: VersionContent, to writer: inout PagesPackWriter, _ status: (RelativePath) -> FileStatus?
  ) throws(SyncError) -> ReferenceList {
    let manifest = content.manifest
    var ids: [Digest] = []
    for page in try storing({ () throws(StoreError) in try manifest.filesPages() }) {
      let files = try storing { () throws(StoreError) in try manifest.files(page) }
      let hints = files.map { entry -> FileHint in
        // What stands where a file is that was left out is not that file.
        guard case .file = entry.content, content.holds(entry.path), let status = status(entry.path),
          status.kind == .file
        else { return .none }
        return FileHint(status)
      }
      ids.append(try writer.addTracked(Page.encode(hints: hints)))
    }
    return try list(of: ids, writer: &writer)
  }

  /// The list of pages, through index pages where they are too many for one node (formats/manifest.md §3).
  private static func list(of ids: [Digest], writer: inout PagesPackWriter) throws(SyncError) -> ReferenceList {
    var level = 0
    var nodes = try writer.references(ids)
    while nodes.count > Limits.referencesInNode {
      var above: [Digest] = []
      for start in stride(from: 0, to: nodes.count, by: Limits.referencesInNode) {
        let part = Array(nodes[start..<min(start + Limits.referencesInNode, nodes.count)])
        above.append(try writer.addTracked(Page.encode(.index, references: part)))
      }
      nodes = try writer.references(above)
      level += 1
    }
    return ReferenceList(level: level, references: nodes)
  }
}

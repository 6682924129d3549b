package import FileIO
package import Primitives
package import SnapshotFormat
package import SnapshotStore

/// A directory that remembers which version it is a copy of (formats/copy-state.md).
package final class LocalCopy: Sendable {
  /// What a directory says of itself.
  package enum Loaded: Sendable {
    case copy(LocalCopy)
    /// It was never a copy.
    case never
    /// It was a copy, but what it remembers cannot be used; why, in words.
    case unreadable(String)
  }

  package let state: CopyState
  /// What of which version it was left with, read from the copy alone.
  package let content: VersionContent
  package let pages: PageFiles
  /// The hints pages, one for each files page; empty while hints are not believed.
  private let hintPages: [Reference]

  private init(state: CopyState, content: VersionContent, pages: PageFiles, hintPages: [Reference]) {
    self.state = state
    self.content = content
    self.pages = pages
    self.hintPages = hintPages
  }

  /// Reads what the directory at `path` remembers. Takes no lock and writes nothing.
  package static func load(path: String) throws(SyncError) -> Loaded {
    load(LocalTree(try filing { () throws(FileError) in try Directory(path: path) }))
  }

  /// What the directory at `path` says it is a copy of; nil where it says nothing that can be read. For hints alone:
  /// what it holds is not looked at.
  package static func remembered(path: String) -> CopyState? {
    guard let tree = try? LocalTree(Directory(path: path)) else { return nil }
    return (try? state(tree)) ?? nil
  }

  /// Reads `.snapctl/` of a directory. Whatever does not verify makes it unreadable.
  static func load(_ tree: LocalTree) -> Loaded {
    do throws(StateProblem) {
      guard let state = try state(tree) else { return .never }
      return .copy(try read(state, tree))
    } catch {
      return .unreadable(error.reason)
    }
  }

  private static func read(_ state: CopyState, _ tree: LocalTree) throws(StateProblem) -> LocalCopy {
    let pages = try PageFiles(state.packs, in: tree)
    let location = tree.directory.path
    let chunks = ChunkReader(frames: FrameSource(tier: NoTier(location: location), cacheByteCountMax: 0), local: pages)
    let root = try root(state.version, tree)
    let manifest: ManifestReader
    let hints: [Reference?]
    do throws(StoreError) {
      manifest = try ManifestReader(
        root: root, name: state.version.root, digest: state.version.digest, chunks: chunks)
      hints = try PageWalk(chunks: chunks, support: .empty).leaves(of: state.hints, allowsEmpty: false)
    } catch {
      throw StateProblem("its pages cannot be read: \(error)")
    }
    let believed = state.inPlace == nil ? hints.compactMap(\.self) : []
    let content = try content(of: manifest, state.part)
    return LocalCopy(state: state, content: content, pages: pages, hintPages: believed)
  }

  /// - Throws: the reason why the part is not what its patterns give.
  private static func content(
    of manifest: ManifestReader, _ part: CopyState.Part?
  ) throws(StateProblem) -> VersionContent {
    guard let part else { return .whole(manifest) }
    do throws(SyncError) {
      let content = try VersionContent(manifest, PartPatterns(part.patterns), control: nil)
      guard content.contentHash == part.contentHash else {
        throw SyncError.store(.invalid("its patterns give other entries than those that it was left with"))
      }
      return content
    } catch {
      throw StateProblem("its part cannot be read: \(error)")
    }
  }

  /// Nil where there is none.
  private static func state(_ tree: LocalTree) throws(StateProblem) -> CopyState? {
    do {
      let bytes = try tree.directory.open(StatePath.state, for: .read).readAll(limit: SealedObject.byteCountMax)
      return try CopyState(decoding: bytes.rawSpan)
    } catch let error as FileError where error.meaning == .notFound {
      return nil
    } catch {
      throw StateProblem("\(error)")
    }
  }

  private static func root(_ version: CopyState.Version, _ tree: LocalTree) throws(StateProblem) -> ManifestRoot {
    do {
      let bytes = try tree.directory.open(StatePath.manifest(version.root), for: .read)
        .readAll(limit: Limits.rootByteCount)
      return try ManifestRoot.decode(bytes.rawSpan, named: version.root, expected: version.digest)
    } catch {
      throw StateProblem("\(error)")
    }
  }

  /// The hints of a files page; empty where there are none.
  func hints(ofPage index: Int) -> [FileHint] {
    guard index >= 0, index < hintPages.count,
      let bytes = try? content.manifest.chunks.chunk(hintPages[index], support: .empty),
      let hints = try? Page.hints(bytes.rawSpan)
    else { return [] }
    return hints
  }
}

extension LocalCopy {
  /// A file of the copy, and how it looked when it was left.
  package struct LeftFile: Sendable {
    private let entry: FileEntry
    private let hint: FileHint

    fileprivate init(_ entry: FileEntry, _ hint: FileHint) {
      self.entry = entry
      self.hint = hint
    }

    /// Whether it is the same file, and looks as it was left.
    package func isStill(_ other: FileEntry, _ status: FileStatus) -> Bool {
      entry.hasSameContent(as: other) && hint.agrees(with: status)
    }
  }

  /// The files whose paths begin so; none of those whose look was not known.
  package func files(under prefix: [UInt8]) throws(StoreError) -> [RelativePath: LeftFile] {
    var files: [RelativePath: LeftFile] = [:]
    for (index, page) in try content.manifest.filesPages().enumerated() {
      for (entry, hint) in zip(try content.manifest.files(page), hints(ofPage: index))
      where hint != .none && entry.path.bytes.starts(with: prefix) {
        files[entry.path] = LeftFile(entry, hint)
      }
    }
    return files
  }
}

extension FileHint {
  /// How a file looks now. What a link more or less changes is left out.
  package init(_ status: FileStatus) {
    self.init(
      device: status.device, inode: status.inode, modified: status.modifiedNanoseconds,
      changed: status.linkCount == 1 ? status.changedNanoseconds : 0, byteCount: status.byteCount)
  }

  package func agrees(with status: FileStatus) -> Bool {
    self != .none && device == status.device && inode == status.inode && modified == status.modifiedNanoseconds
      && byteCount == status.byteCount && (changed == 0 || changed == status.changedNanoseconds)
  }
}

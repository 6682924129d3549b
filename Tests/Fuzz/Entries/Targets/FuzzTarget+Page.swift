import Primitives
import SnapshotFormat

/// Pages of each kind; which one is meant stands in the page itself.
extension FuzzTarget {
  static var page: FuzzTarget {
    roundTrip(mends: [
      { $0.mendPage() }
    ]) {
      try samples()
    } encode: {
      $0.encoded
    } decode: {
      try AnyPage($0)
    }
  }

  private static func samples() throws -> [AnyPage] {
    let producers = try ["alpha", "beta"].map {
      ProducerRow(producer: try Samples.producer($0), compacted: 5, digest: .of([1]), first: 3)
    }
    let hint = FileHint(device: 1, inode: 2, modified: 3, changed: 4, byteCount: 5)
    return [
      .files(try files()), .references(.chunks, [Samples.reference(1), Samples.patched(2)]),
      .references(.support, [nil, Samples.reference(1)]), .references(.index, [Samples.reference(3)]),
      .producers(producers), .hints([.none, hint]), .owners(Samples.owners),
    ]
  }

  private static func files() throws -> [FileEntry] {
    let inline = FileContent(
      byteCount: 65_636, digest: .of([1]), profile: .contentDefined, chunkCount: 2,
      chunks: .inline([Samples.reference(1), Samples.patched(2)]))
    let paged = FileContent(
      byteCount: 1 << 30, digest: .of([3]), profile: .grid(chunkByteCount: 65_536), chunkCount: 16_384,
      chunks: .paged(Samples.list(Samples.reference(2))))
    return [
      FileEntry(path: try Samples.path("a"), mode: 0o755, content: .directory),
      FileEntry(path: try Samples.path("a/file"), mode: 0o644, content: .file(inline)),
      FileEntry(path: try Samples.path("b"), mode: 0o777, content: .link(target: Array("a/file".utf8))),
      FileEntry(path: try Samples.path("c"), mode: 0o600, content: .file(paged)),
    ]
  }
}

private enum AnyPage: Equatable {
  case files([FileEntry])
  case references(PageKind, [Reference?])
  case producers([ProducerRow])
  case hints([FileHint])
  case owners([OwnerRun])

  init(_ bytes: [UInt8]) throws(FormatError) {
    let page = bytes.rawSpan
    switch PageKind(rawValue: bytes.count > 4 ? bytes[4] : 0) {
    case .chunks: self = .references(.chunks, try AnyPage.references(page, .chunks, Limits.chunksInPage))
    case .support: self = .references(.support, try AnyPage.references(page, .support, Limits.supportInPage))
    case .index: self = .references(.index, try AnyPage.references(page, .index, Limits.referencesInNode))
    case .producers: self = .producers(try Page.producers(page))
    case .hints: self = .hints(try Page.hints(page))
    case .owners: self = .owners(try Page.owners(page))
    case .files, nil: self = .files(try Page.files(page))
    }
  }

  private static func references(_ page: RawSpan, _ kind: PageKind, _ countMax: Int) throws(FormatError) -> [Reference?]
  {
    try Page.references(page, kind: kind, countMax: countMax, allowsEmpty: kind != .chunks)
  }

  var encoded: [UInt8] {
    switch self {
    case .files(let files): Page.encode(files: files)
    case .references(let kind, let references): Page.encode(kind, references: references)
    case .producers(let producers): Page.encode(producers: producers)
    case .hints(let hints): Page.encode(hints: hints)
    case .owners(let owners): Page.encode(owners: owners)
    }
  }
}

extension Array where Element == UInt8 {
  /// The entries take what the pack table leaves.
  fileprivate mutating func mendPage() {
    guard let packs = number(at: 6, as: UInt16.self) else { return }
    let entries = count - Page.headerByteCount - packs * UniqueName.byteCount
    if entries >= 0 { put(UInt32(entries), at: 12) }
  }
}

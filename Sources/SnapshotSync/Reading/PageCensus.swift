internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

extension ManifestReader {
  /// Every page the manifest reaches, index pages included, each once for every place it stands in; one in memory at a
  /// time.
  ///
  /// - Parameter holds: whether the chunks of a file are wanted; the pages of those of others are passed by.
  func forEachPage(
    _ holds: (RelativePath) -> Bool, _ body: (Reference, [UInt8]) throws(SyncError) -> Void
  ) throws(SyncError) {
    try visit(root.support, support: .empty, leaf: { _ throws(SyncError) in }, body)
    try visit(
      root.files, support: support,
      leaf: { (page: [UInt8]) throws(SyncError) in
        for entry in try decoded({ () throws(FormatError) in try Page.files(page.rawSpan) }) {
          guard case .file(let file) = entry.content, case .paged(let list) = file.chunks,
            holds(entry.path)
          else { continue }
          try visit(list, support: support, leaf: { _ throws(SyncError) in }, body)
        }
      }, body)
    for case let list? in [root.vectors?.producers, root.owners] {
      try visit(list, support: support, leaf: { _ throws(SyncError) in }, body)
    }
  }

  private func visit(
    _ list: ReferenceList, support: SupportTable, leaf: ([UInt8]) throws(SyncError) -> Void,
    _ body: (Reference, [UInt8]) throws(SyncError) -> Void
  ) throws(SyncError) {
    for reference in list.references {
      guard let reference else { continue }
      try visit(reference, level: list.level, support: support, leaf: leaf, body)
    }
  }

  private func visit(
    _ reference: Reference, level: Int, support: SupportTable, leaf: ([UInt8]) throws(SyncError) -> Void,
    _ body: (Reference, [UInt8]) throws(SyncError) -> Void
  ) throws(SyncError) {
    let bytes = try storing { () throws(StoreError) in try chunks.chunk(reference, support: support) }
    try body(reference, bytes)
    guard level > 0 else { return try leaf(bytes) }
    let below = try decoded { () throws(FormatError) in
      try Page.references(bytes.rawSpan, kind: .index, countMax: Limits.referencesInNode, allowsEmpty: true)
    }
    for reference in below {
      guard let reference else { continue }
      try visit(reference, level: level - 1, support: support, leaf: leaf, body)
    }
  }

  private func decoded<Value>(_ body: () throws(FormatError) -> Value) throws(SyncError) -> Value {
    do throws(FormatError) {
      return try body()
    } catch {
      throw .store(.damage(error, of: .manifest(name), in: chunks.frames.location))
    }
  }
}

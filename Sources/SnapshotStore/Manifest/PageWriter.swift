internal import Primitives
package import SnapshotFormat

/// Writes pages as chunks: not at all when the base has the same page, as a patch on the page they replace, or in full.
///
/// Few pages share a frame, and are read at once. Of many, a page is read without others: whoever compares two versions
/// reads the pages that differ.
package final class PageWriter {
  private let group: FrameGroup
  private let base: ManifestReader?
  private let support: SupportBuilder
  private var fullByteCount = 0

  /// Holds a page of 1,024 chunks, or several small ones.
  private static let narrowFrameByteCount = 96 << 10

  package init(packs: PackWriter, base: ManifestReader?, support: SupportBuilder) {
    group = FrameGroup(kind: .pages, rawByteCountMax: Limits.frameRawByteCount, packs: packs)
    self.base = base
    self.support = support
  }

  /// - Parameter replaced: the page of the base that stood in this place.
  package func write(_ page: [UInt8], replacing replaced: Reference?) throws(StoreError) -> PendingReference {
    let id = Digest.of(page)
    guard let replaced, let base else { return try add(id, full: page) }
    if replaced.id == id {
      try support.use(replaced)
      return PendingReference(replaced)
    }
    let before = try base.chunks.chunk(replaced, support: base.support)
    guard let patch = PatchDraft.make(page, from: before.rawSpan, chain: [replaced]) else {
      return try add(id, full: page)
    }
    let slot = try support.slot(for: replaced)
    return try group.add(
      patch.draft(id: id, byteCount: page.count, slots: [slot], offset: 0, baseByteCount: before.count))
  }

  /// A page of the support list: always in full, for it is what patches are found by.
  package func writeInFull(_ page: [UInt8]) throws(StoreError) -> PendingReference {
    try add(Digest.of(page), full: page)
  }

  private func add(_ id: Digest, full page: [UInt8]) throws(StoreError) -> PendingReference {
    fullByteCount += page.count
    let isOneOfMany = fullByteCount > Limits.frameRawByteCount
    return try group.add(
      ChunkDraft(id: id, full: page), byteCountMax: isOneOfMany ? PageWriter.narrowFrameByteCount : .max)
  }

  package func flush() throws(StoreError) {
    try group.flush()
  }

  /// The list of `pages`, through index pages where they are too many for one node.
  package func list(of pages: [PendingReference]) throws(StoreError) -> ReferenceList {
    try flush()
    var level = 0
    var nodes = pages.map(\.reference)
    while nodes.count > Limits.referencesInNode {
      var above: [PendingReference] = []
      for start in stride(from: 0, to: nodes.count, by: Limits.referencesInNode) {
        let part = Array(nodes[start..<min(start + Limits.referencesInNode, nodes.count)])
        above.append(try writeInFull(Page.encode(.index, references: part)))
      }
      try flush()
      nodes = above.map(\.reference)
      level += 1
    }
    return ReferenceList(level: level, references: nodes)
  }
}

internal import Primitives
package import SnapshotFormat

/// Makes the support list of the next version out of that of its base (formats/manifest.md §5).
///
/// - Slots of the base keep their number. New entries fill up its last page, then pages of their own.
/// - `use` marks a slot and all that its chain passes through; `finish` frees what nobody marked.
/// - Memory: one bit a slot, one page, and a bounded number of remembered bases.
package final class SupportBuilder {
  private let base: SupportTable
  private var used: [Bool]
  /// The last page of the base, and what was added since. Its first slot is `tailStart`.
  private var tail: [Reference?]
  private let tailStart: Int
  private var slotOfId: [Digest: UInt32] = [:]

  private static let rememberedMax = 8_192

  package init(base: SupportTable) throws(StoreError) {
    self.base = base
    let fullPages = max(base.leaves.count - 1, 0)
    tailStart = fullPages * Limits.supportInPage
    tail = try base.page(fullPages)
    used = Array(repeating: false, count: tailStart + tail.count)
  }

  /// The slot of a chunk that a patch is built on: a new one, or the one it got a moment ago.
  package func slot(for reference: Reference) throws(StoreError) -> UInt32 {
    if let slot = slotOfId[reference.id] { return slot }
    try use(reference)
    if slotOfId.count >= SupportBuilder.rememberedMax { slotOfId.removeAll(keepingCapacity: true) }
    let slot = UInt32(tailStart + tail.count)
    tail.append(reference)
    used.append(true)
    slotOfId[reference.id] = slot
    return slot
  }

  /// A reference of the new manifest, or of a support entry, needs its bases to stay.
  package func use(_ reference: Reference) throws(StoreError) {
    for slot in reference.base?.slots ?? [] where Int(slot) >= used.count || !used[Int(slot)] {
      let next = try entry(slot, below: reference)
      used[Int(slot)] = true
      try use(next)
    }
  }

  private func entry(_ slot: UInt32, below user: Reference) throws(StoreError) -> Reference {
    let index = Int(slot) - tailStart
    if index >= 0, index < tail.count, let reference = tail[index], reference.chainDepth < user.chainDepth {
      return reference
    }
    return try base.reference(slot, below: user)
  }

  /// What becomes of each page of the list.
  package enum PageChange {
    /// As it was in the base.
    case kept(Reference?)
    case written([Reference?])
  }

  /// The pages of the new list, in order. Trailing pages without entries are dropped.
  package func finish(_ emit: (PageChange) throws(StoreError) -> Void) throws(StoreError) {
    for index in 0..<(tailStart / Limits.supportInPage) { try emit(change(ofFullPage: index)) }
    var start = 0
    while start < tail.count {
      let end = min(start + Limits.supportInPage, tail.count)
      let entries = (start..<end).map { used[tailStart + $0] ? tail[$0] : nil }
      if start == 0, try isUnchangedTail(entries) {
        try emit(.kept(base.leaves.last ?? nil))
      } else {
        try emit(entries.contains { $0 != nil } ? .written(entries) : .kept(nil))
      }
      start = end
    }
  }

  private func change(ofFullPage index: Int) throws(StoreError) -> PageChange {
    let start = index * Limits.supportInPage
    let marks = used[start..<(start + Limits.supportInPage)]
    guard marks.contains(true) else { return .kept(nil) }
    let page = try base.page(index)
    let kept = zip(page, marks).map { $0.1 ? $0.0 : nil }
    return kept == page ? .kept(base.leaves[index]) : .written(kept)
  }

  private func isUnchangedTail(_ entries: [Reference?]) throws(StoreError) -> Bool {
    guard let last = base.leaves.indices.last else { return false }
    return try base.page(last) == entries
  }
}

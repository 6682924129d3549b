internal import Primitives
package import SnapshotFormat
internal import Synchronization

/// The support list of a manifest by slot (formats/manifest.md §5).
///
/// Pages are read when a slot of theirs is asked for; a bounded number stays in memory.
package final class SupportTable: Sendable {
  package static let empty = SupportTable(leaves: [], pages: { _ throws(StoreError) in [] })

  private static let pageCountMax = 64

  /// The leaf pages of the list, in order; nil where all slots are free.
  package let leaves: [Reference?]
  private let load: @Sendable (Reference) throws(StoreError) -> [Reference?]
  private let state = Mutex<[Int: [Reference?]]>([:])

  package init(leaves: [Reference?], pages load: @escaping @Sendable (Reference) throws(StoreError) -> [Reference?]) {
    self.leaves = leaves
    self.load = load
  }

  /// The entries of a leaf; empty where all slots are free.
  package func page(_ index: Int) throws(StoreError) -> [Reference?] {
    guard index < leaves.count, let leaf = leaves[index] else { return [] }
    if let page = state.withLock({ $0[index] }) { return page }
    let page = try load(leaf)
    state.withLock { pages in
      if pages.count >= SupportTable.pageCountMax { pages.removeAll(keepingCapacity: true) }
      pages[index] = page
    }
    return page
  }

  /// The reference in `slot`.
  ///
  /// - Throws: `.damage` when the slot is free, or when what is in it does not lie below `user` in a chain: following
  ///   it would never end.
  package func reference(_ slot: UInt32, below user: Reference) throws(StoreError) -> Reference {
    let page = try page(Int(slot) / Limits.supportInPage)
    let index = Int(slot) % Limits.supportInPage
    guard index < page.count, let reference = page[index] else {
      throw damage(user, "base slot \(slot) is free")
    }
    guard reference.chainDepth < user.chainDepth else {
      throw damage(user, "base slot \(slot) is not below it in the chain")
    }
    return reference
  }

  private func damage(_ user: Reference, _ reason: String) -> StoreError {
    .damage(
      Damage(
        tier: "manifest", object: ObjectKey.pack(user.place.pack).string, kind: .damaged, chunk: user.id,
        reason: reason))
  }
}

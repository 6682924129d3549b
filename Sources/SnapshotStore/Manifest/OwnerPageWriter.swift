internal import Primitives
package import SnapshotFormat

/// Puts the owners of a tree's entries into owners pages, as runs (formats/manifest.md §8).
///
/// Memory: one page, and a reference for each page that is full.
package final class OwnerPageWriter {
  private let pages: PageWriter
  /// The pages of the base; nil where it has none, or no owners.
  private let basePages: [Reference]?
  private var runs: [OwnerRun] = []
  /// The run that is still growing.
  private var last: (owner: Owner, count: UInt32)?
  private var written: [PendingReference] = []
  private var isAsInBase: Bool

  /// - Throws: `.damage` when an index page of the base's owners does not verify.
  package init(pages: PageWriter, base: ManifestReader?) throws(StoreError) {
    self.pages = pages
    basePages = try base?.ownersPages()
    isAsInBase = basePages != nil
  }

  /// Takes the owner of the next entry.
  ///
  /// - Throws: `.invalid` for one that stands for nobody, and for more than 4,294,967,295 entries in a row of one
  ///   owner; what a page written on the way fails with.
  package func add(_ owner: Owner) throws(StoreError) {
    guard owner.isValid else { throw .invalid("nothing can belong to \(owner)") }
    if let last, last.owner == owner {
      guard last.count < UInt32.max else { throw .invalid("more entries of one owner than the format can hold") }
      self.last = (owner, last.count + 1)
    } else {
      try endRun()
      last = (owner, 1)
    }
  }

  /// Ends the last page. Nothing can be added afterwards.
  ///
  /// - Returns: whether the base has the very same owners.
  package func end() throws(StoreError) -> Bool {
    try endRun()
    try endPage()
    return isAsInBase && written.count == basePages?.count
  }

  /// The list of all pages.
  ///
  /// - Precondition: `end` was called.
  package func finish() throws(StoreError) -> ReferenceList {
    try pages.list(of: written)
  }

  private func endRun() throws(StoreError) {
    guard let ended = last else { return }
    last = nil
    runs.append(OwnerRun(count: ended.count, owner: ended.owner))
    if runs.count == Limits.ownersInPage { try endPage() }
  }

  private func endPage() throws(StoreError) {
    guard !runs.isEmpty else { return }
    let page = Page.encode(owners: runs)
    runs.removeAll(keepingCapacity: true)
    let replaced = basePages.flatMap { written.count < $0.count ? $0[written.count] : nil }
    if replaced?.id != .of(page) { isAsInBase = false }
    written.append(try pages.write(page, replacing: replaced))
  }
}

package import SnapshotFormat

/// The owners of a version's entries, one for each in the order of the files pages; one page in memory at a time.
///
/// What stands in the pages is checked on the way (formats/manifest.md §8): no two neighbouring runs with the same
/// owner, over all pages; `finish` says whether they add up to the totals.
package struct OwnerStream {
  private let manifest: ManifestReader
  private let pages: [Reference]
  private var nextPage = 0
  private var runs: ArraySlice<OwnerRun> = []
  /// What is left of the run before `runs`.
  private var left: UInt32 = 0
  private var owner: Owner?
  private var sum: UInt64 = 0

  /// Nil when the version was made without owners.
  ///
  /// - Throws: `.damage` when an index page does not verify.
  package init?(_ manifest: ManifestReader) throws(StoreError) {
    guard let pages = try manifest.ownersPages() else { return nil }
    self.manifest = manifest
    self.pages = pages
  }

  /// The owner of the next entry; nil behind the last.
  ///
  /// - Throws: `.damage` for a page that does not verify.
  package mutating func next() throws(StoreError) -> Owner? {
    if left == 0 {
      guard let run = try nextRun() else { return nil }
      guard run.owner != owner else { throw damage("two neighbouring runs of owners have the same owner") }
      owner = run.owner
      left = run.count
    }
    left -= 1
    sum += 1
    return owner
  }

  /// The owner of the next entry, which is there.
  ///
  /// - Throws: `.damage` when there are fewer owners than entries.
  package mutating func take() throws(StoreError) -> Owner {
    guard let owner = try next() else { throw damage("it has fewer owners than entries") }
    return owner
  }

  /// The owner of the entry at `place` among all of the version; nil: of the next one.
  ///
  /// - Throws: `.damage` when there are fewer owners than entries.
  package mutating func take(at place: Int?) throws(StoreError) -> Owner {
    if let place { try skip(to: UInt64(place)) }
    return try take()
  }

  /// Passes the owners of entries that are not looked at, up to the one at `place`.
  ///
  /// - Throws: `.damage` when there are fewer.
  package mutating func skip(to place: UInt64) throws(StoreError) {
    while sum < place { _ = try take() }
  }

  /// Called behind the last entry.
  ///
  /// - Throws: `.damage` when owners are left, or their number is not that of the totals.
  package mutating func finish() throws(StoreError) {
    guard try next() == nil else { throw damage("it has more owners than entries") }
    let entries = manifest.root.totals.entries
    guard sum == entries else { throw damage("it has \(sum) owners; \(entries) entries are recorded") }
  }

  private mutating func nextRun() throws(StoreError) -> OwnerRun? {
    if runs.isEmpty, nextPage < pages.count {
      runs = try manifest.owners(pages[nextPage])[...]
      nextPage += 1
    }
    return runs.popFirst()
  }

  private func damage(_ reason: String) -> StoreError {
    .damage(
      Damage(
        tier: manifest.chunks.frames.location, object: ObjectKey.manifest(manifest.name).string, kind: .damaged,
        reason: reason))
  }
}

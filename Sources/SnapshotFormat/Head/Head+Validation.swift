internal import Primitives

extension Head {
  /// The rules of formats/head.md §1, for writers and readers alike.
  func check() throws(FormatError) {
    guard revision > 0 else { throw .damaged("head", "revisions count from 1") }
    guard (collection == .store) == (kind == .store) else { throw .damaged("head", "\(collection) is of kind \(kind)") }
    guard schema == nil || kind == .vectors else { throw .damaged("head", "the schema of what has no records") }
    try checkCounts()
    try checkVersions()
    try checkLists()
    try checkTexts()
  }

  private func checkCounts() throws(FormatError) {
    let counts: [(String, Int, Int)] = [
      ("versions", rows.count, Head.rowCountMax), ("versions objects", older.count, 65_535),
      ("tags", tags.count, Head.tagCountMax), ("holds", holds.count, Head.holdCountMax),
      ("policy entries", policy.count, 65_535), ("collections", collections.count, Head.collectionCountMax),
    ]
    for (what, count, limit) in counts where count > limit {
      throw .beyondLimit("head", "\(count) \(what) where \(limit) are allowed")
    }
  }

  /// Versions are dense over older objects and rows, and end with the newest.
  private func checkVersions() throws(FormatError) {
    var next = oldestVersion ?? 1
    guard next > 0 else { throw .damaged("head", "versions count from 1") }
    for range in older {
      guard range.first == next, range.last >= range.first, range.last < .max,
        range.last - range.first < UInt64(Head.rowCountMax)
      else { throw .damaged("head", "older versions \(range.first) … \(range.last) where \(next) comes next") }
      next = range.last + 1
    }
    try rows.checkDense("head")
    if let first = rows.first, first.version != next { throw .damaged("head", "version \(first.version) after a gap") }
    guard newestVersion == rows.last?.version ?? 0 else {
      throw .damaged("head", "the newest version is \(newestVersion), and its row is missing")
    }
  }

  private func checkLists() throws(FormatError) {
    try ascend("tags", tags) { $0.name < $1.name }
    try ascend("holds", holds, <)
    try ascend("policy", policy) { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    try ascend("quarantine", quarantine, <)
    try ascend("collections", collections) { $0.name.string.utf8.lexicographicallyPrecedes($1.name.string.utf8) }
    let named = tags.map(\.version) + holds.map(\.version)
    for version in named where !(1...max(newestVersion, 1)).contains(version) || newestVersion == 0 {
      throw .damaged("head", "a tag or hold of version \(version), which never was")
    }
    for collection in collections where collection.name == .store {
      throw .damaged("head", "the store's own line is no collection")
    }
  }

  private func ascend<Value>(_ what: String, _ list: [Value], _ precedes: (Value, Value) -> Bool) throws(FormatError) {
    for (value, next) in zip(list, list.dropFirst()) where !precedes(value, next) {
      throw .damaged("head", "\(what) are out of order")
    }
  }

  /// Texts that a reader would refuse are not written.
  private func checkTexts() throws(FormatError) {
    for row in rows { try row.check() }
    let texts = holds.map(\.label) + policy.flatMap { [$0.key, $0.value] } + quarantine.map(\.reason)
    for text in texts where text.utf8.count > 65_535 || text.utf8.contains(0) {
      throw .beyondLimit("head", "a text of more than 65,535 bytes, or with NUL")
    }
    for delta in quarantine where !ObjectKey.numbers.contains(delta.sequence) {
      throw .damaged("head", "\(delta.sequence) is no sequence")
    }
  }
}

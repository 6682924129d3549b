package import SnapshotFormat

/// Merges sources by key, in ascending order; rows of the same key are joined (formats/segment.md §5).
///
/// Holds one row of each source.
package final class RecordMerge {
  /// A key, and what each source that has it says of it.
  package struct Step {
    package let parts: [(source: Int, row: Row)]

    /// What all of them say together.
    package var row: Row {
      parts.dropFirst().reduce(parts[0].row) { $0.joined($1.row) }
    }
  }

  /// More sources than this are merged in rounds.
  package static let sourceCountMax = 256

  private let sources: [any RowSource]
  private var heads: [Row?] = []

  /// - Precondition: 1 to 256 sources.
  package init(_ sources: [any RowSource]) throws(FormatError) {
    precondition(sources.count <= RecordMerge.sourceCountMax, "too many sources for one merge")
    self.sources = sources
    for source in sources { heads.append(try source.next()) }
  }

  package func next() throws(FormatError) -> Step? {
    guard let least = heads.compactMap({ $0?.key }).min() else { return nil }
    var parts: [(source: Int, row: Row)] = []
    for index in sources.indices {
      guard let row = heads[index], row.key == least else { continue }
      parts.append((index, row))
      heads[index] = try next(of: index, after: least)
    }
    return Step(parts: parts)
  }

  private func next(of index: Int, after key: RowKey) throws(FormatError) -> Row? {
    let row = try sources[index].next()
    guard row.map({ key < $0.key }) ?? true else { throw .damaged("segment names", "rows do not ascend") }
    return row
  }
}

/// The rows of prefixes that cover the key a merge has reached; keys come in ascending order.
struct CoveringPrefixes<Element> {
  private var stack: [(key: RowKey, element: Element)] = []

  /// Goes on to a key: prefixes that do not cover it will not cover a later one either.
  mutating func advance(to key: RowKey) {
    while let top = stack.last, !top.key.covers(key) { stack.removeLast() }
  }

  mutating func push(_ key: RowKey, _ element: Element) {
    stack.append((key, element))
  }

  var isEmpty: Bool { stack.isEmpty }
  var elements: [Element] { stack.map(\.element) }
}

/// The records that exist, in ascending order of id.
package final class LiveRecords {
  package struct Record: Sendable, Equatable {
    package let id: RecordName
    package let body: RecordBody
    /// When the body was set.
    package let stamp: Stamp
  }

  private let merge: RecordMerge
  private var covering = CoveringPrefixes<Row>()

  package init(_ sources: [any RowSource]) throws(FormatError) {
    merge = try RecordMerge(sources)
  }

  package func next() throws(FormatError) -> Record? {
    while let step = try merge.next() {
      let row = step.row
      covering.advance(to: row.key)
      if row.key.isPrefix {
        covering.push(row.key, row)
        continue
      }
      let joined = covering.elements.reduce(row) { $0.joined($1) }
      if let body = joined.visible, let stamp = joined.body?.stamp {
        return Record(id: row.key.name, body: body, stamp: stamp)
      }
    }
    return nil
  }
}

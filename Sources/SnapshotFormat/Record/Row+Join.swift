internal import Primitives

/// Joining rows (formats/segment.md §5).
extension Row {
  /// Takes in what another row says: one of the same name, or of a prefix that covers it.
  package mutating func join(_ other: Row) {
    if let theirs = other.body, body.map({ Row.wins(theirs, over: $0) }) ?? true { body = theirs }
    if !other.changes.isEmpty { changes = Row.merged(changes, other.changes) }
    dropSuperseded()
  }

  package func joined(_ other: Row) -> Row {
    var row = self
    row.join(other)
    return row
  }

  private mutating func dropSuperseded() {
    guard let stamp = body?.stamp, changes.contains(where: { $0.stamp <= stamp }) else { return }
    changes.removeAll { $0.stamp <= stamp }
  }

  private static func wins(_ left: Body, over right: Body) -> Bool {
    guard left.stamp == right.stamp else { return left.stamp > right.stamp }
    switch (left.state, right.state) {
    case (.deleted, .record): return true
    case (.record(let left), .record(let right)): return right.precedes(left)
    default: return false
    }
  }

  private static func wins(_ left: Change, over right: Change) -> Bool {
    guard left.stamp == right.stamp else { return left.stamp > right.stamp }
    guard left.value != nil, right.value != nil else { return left.value == nil && right.value != nil }
    // By bytes, not by value: 0.0 and -0.0 are equal numbers and different metadata.
    return right.encodedValue.lexicographicallyPrecedes(left.encodedValue)
  }

  /// Both lists ascend by key; so does the result.
  private static func merged(_ left: [Change], _ right: [Change]) -> [Change] {
    var result: [Change] = []
    result.reserveCapacity(left.count + right.count)
    var (i, j) = (0, 0)
    while i < left.count, j < right.count {
      if left[i].key == right[j].key {
        result.append(wins(right[j], over: left[i]) ? right[j] : left[i])
        (i, j) = (i + 1, j + 1)
      } else if left[i].key < right[j].key {
        result.append(left[i])
        i += 1
      } else {
        result.append(right[j])
        j += 1
      }
    }
    return result + left[i...] + right[j...]
  }
}

extension Row.Change {
  fileprivate var encodedValue: [UInt8] {
    var output = ByteWriter()
    MetadataValue.write(value, to: &output)
    return output.bytes
  }
}

extension RecordBody {
  /// The order that decides between two records of the same stamp: arbitrary, but the same for everybody.
  fileprivate func precedes(_ other: RecordBody) -> Bool {
    if vector != other.vector { return vector.lexicographicallyPrecedes(other.vector) }
    guard document == other.document else {
      guard let document, let theirs = other.document else { return document == nil }
      return document < theirs
    }
    return metadata.encoded.lexicographicallyPrecedes(other.metadata.encoded)
  }
}

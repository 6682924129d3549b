package import Primitives

/// Which appends become one delta, and so share one sync: those of one line of work that come while the delta before is
/// being written. A value: what it decides, others do.
///
/// - Appends keep the order they came in.
/// - Nobody waits for others to come: who finds the line free begins at once.
package struct AppendGroups<Ticket: Sendable & Identifiable>: Sendable {
  /// Appends of different lines never share a delta: its header tells them apart.
  package struct Line: Hashable, Sendable {
    package let collection: CollectionName
    package let producer: ProducerName
    package let run: String
    package let expected: UInt64

    package init(collection: CollectionName, producer: ProducerName, run: String, expected: UInt64) {
      self.collection = collection
      self.producer = producer
      self.run = run
      self.expected = expected
    }
  }

  package struct Limits: Sendable {
    package var byteCount = 16 << 20
    package var operationCount = 262_144

    package init() {}
  }

  private struct Entry: Sendable {
    let ticket: Ticket
    let byteCount: Int
    let operationCount: Int
  }

  private let limits: Limits
  /// A line that is here is being written.
  private var waiting: [Line: [Entry]] = [:]

  package init(limits: Limits = Limits()) {
    self.limits = limits
  }

  /// - Returns: whether the line was free: then whoever asked takes groups by `next` until there is none.
  package mutating func join(_ line: Line, _ ticket: Ticket, byteCount: Int, operationCount: Int) -> Bool {
    let isFree = waiting[line] == nil
    waiting[line, default: []].append(
      Entry(ticket: ticket, byteCount: byteCount, operationCount: operationCount))
    return isFree
  }

  /// What is written next: at least one, and no more than a delta holds; nil when nothing waits, and the line is free.
  package mutating func next(_ line: Line) -> [Ticket]? {
    guard let entries = waiting[line], !entries.isEmpty else {
      waiting[line] = nil
      return nil
    }
    var (byteCount, operationCount, count) = (0, 0, 0)
    for entry in entries {
      byteCount += entry.byteCount
      operationCount += entry.operationCount
      guard count == 0 || (byteCount <= limits.byteCount && operationCount <= limits.operationCount) else { break }
      count += 1
    }
    waiting[line]?.removeFirst(count)
    return entries[..<count].map(\.ticket)
  }

  /// - Returns: whether it was still waiting, and now is not.
  package mutating func withdraw(_ line: Line, _ identifier: Ticket.ID) -> Bool {
    guard let index = waiting[line]?.firstIndex(where: { $0.ticket.id == identifier }) else { return false }
    waiting[line]?.remove(at: index)
    return true
  }
}

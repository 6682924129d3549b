import Primitives
import SnapshotEngine
import Synchronization

/// Prints what was found for each query, and counts.
final class SearchReport: Sendable {
  private struct Totals {
    var queries = 0
    var count = 0
    var vectorBytes: UInt64 = 0
    var seconds = 0.0
  }

  private let console: Console
  /// Whether results tell which query they are of.
  private let isOfSeveral: Bool
  private let totals = Mutex(Totals())

  init(_ console: Console, isOfSeveral: Bool) {
    self.console = console
    self.isOfSeveral = isOfSeveral
  }

  /// - Returns: whether somebody still reads.
  func add(_ found: VectorMatches) -> Bool {
    let number = counted(found)
    let query = isOfSeveral ? number : nil
    for match in found.matches {
      guard console.result(match.json(query: query), match.line(query: query)) else { return false }
    }
    if let query { console.summary(SearchReport.answered(query, found)) }
    return true
  }

  func finish(_ name: String, _ read: ReadRecords) {
    let totals = totals.withLock { $0 }
    console.summary(
      .object(
        "searched",
        [
          "collection": .string(name), "queries": .count(totals.queries), "count": .count(totals.count),
          "vectorBytes": .count(totals.vectorBytes), "seconds": .number(totals.seconds),
          "bytesRead": .count(read.bytesRead), "requests": .count(read.requests),
        ]))
  }

  /// The query's number, from 1.
  private func counted(_ found: VectorMatches) -> Int {
    totals.withLock { totals in
      totals.queries += 1
      totals.count += found.matches.count
      totals.vectorBytes += found.vectorBytes
      totals.seconds += found.seconds
      return totals.queries
    }
  }

  private static func answered(_ query: Int, _ found: VectorMatches) -> JSONValue {
    .object(
      "answered",
      [
        "query": .count(query), "count": .count(found.matches.count), "vectorBytes": .count(found.vectorBytes),
        "seconds": .number(found.seconds),
      ])
  }
}

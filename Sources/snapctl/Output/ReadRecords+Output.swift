import Primitives
import SnapshotEngine

extension ReadRecords {
  /// The `records` object: the summary of a verb that reads records.
  func json(_ name: String) -> JSONValue {
    .object(
      "records",
      [
        "collection": .string(name), "count": .count(count), "bytesRead": .count(bytesRead),
        "requests": .count(requests),
      ])
  }

  /// What was read, and what it took, in one sentence.
  func sentence(_ name: String) -> String {
    let collection = name.prefix { $0 != "@" }
    let title = version.map { "\(collection)@\($0)" } ?? "\(collection), nothing of it compacted"
    return """
      \(Printable.string(title)): \(Amount.count(count, "record")), \(Amount.bytes(bytesRead)) read in \
      \(Amount.count(UInt64(requests), "request"))
      """
  }
}

import Primitives
import SnapshotEngine

/// The objects of the command line: `type` first, then the fields in their order.
extension JSONValue {
  static func object(_ type: String, _ fields: KeyValuePairs<String, JSONValue>) -> JSONValue {
    .object([JSONMember("type", .string(type))] + fields.map { JSONMember($0.key, $0.value) })
  }

  /// One line of output.
  var line: String { JSONWriter.string(self) + "\n" }

  /// A count; one beyond what JSON's readers keep exactly is a text.
  static func count(_ count: UInt64) -> JSONValue {
    Int64(exactly: count).map { .integer($0) } ?? .string("\(count)")
  }

  static func count(_ count: UInt64?) -> JSONValue { count.map { .count($0) } ?? .null }

  static func count(_ count: Int) -> JSONValue { .integer(Int64(count)) }

  static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

  static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }

  /// The patterns of a part; null: all of a version.
  static func part(_ includes: [String]?) -> JSONValue { includes.map { .texts($0) } ?? .null }

  static func time(_ time: Timestamp?) -> JSONValue { time.map { .string($0.text) } ?? .null }

  static func hash(_ digest: Digest?) -> JSONValue { digest.map { .string($0.hex) } ?? .null }

  /// Seconds, to the millisecond.
  static func seconds(_ seconds: Double) -> JSONValue {
    .number((seconds * 1_000).rounded() / 1_000)
  }
}

extension EngineError {
  /// The `error` object.
  var json: JSONValue {
    .object(
      "error",
      [
        "code": .string(code.rawValue), "exit": .integer(Int64(exitCode)), "message": .string(message),
        "subject": .text(subject), "advice": .string(advice),
      ])
  }
}

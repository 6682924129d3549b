package import Primitives

/// A message of a compaction job: records that it brings itself, or a delta that a producer wrote before.
///
/// | line | work |
/// |---|---|
/// | `{"messageId": …, "producer": …, "run": …, "sequence": …, "records": [{…}, …]}` | appends the records as one delta
/// |
/// | `{"messageId": …, "delta": "PRODUCER/SEQUENCE"}` | names a delta that is to be compacted |
///
/// With `sequence` a message that is delivered twice is taken once; without, it becomes two deltas that say the same.
package struct JobMessage: Sendable {
  package enum Work: Sendable {
    case records([JSONValue], sequence: UInt64?, run: String)
    case delta(sequence: UInt64)
  }

  package let identifier: String
  package let producer: ProducerName
  package let work: Work

  package init(_ line: JSONValue) throws(RecordDefect) {
    guard case .string(let identifier)? = line["messageId"] else { throw RecordDefect("messageId is missing") }
    self.identifier = identifier
    if case .string(let text)? = line["delta"] {
      guard let delta = DeltaName(text) else { throw RecordDefect("the delta is not PRODUCER/SEQUENCE") }
      producer = delta.producer
      work = .delta(sequence: delta.sequence)
      return
    }
    guard case .array(let records)? = line["records"], !records.isEmpty else {
      throw RecordDefect("neither records nor a delta")
    }
    guard case .string(let text)? = line["producer"], let producer = ProducerName(text) else {
      throw RecordDefect("the producer is missing, or no name of one")
    }
    self.producer = producer
    work = .records(records, sequence: try JobMessage.sequence(line["sequence"]), run: try JobMessage.run(line["run"]))
  }

  private static func sequence(_ value: JSONValue?) throws(RecordDefect) -> UInt64? {
    switch value {
    case nil, .null: return nil
    case .integer(let number) where number > 0: return UInt64(number)
    default: throw RecordDefect("the sequence is no number from 1")
    }
  }

  private static func run(_ value: JSONValue?) throws(RecordDefect) -> String {
    switch value {
    case nil, .null: return ""
    case .string(let run): return run
    default: throw RecordDefect("the run is no text")
    }
  }
}

/// What became of one message.
package struct JobAnswer: Sendable, Equatable {
  /// Empty when the message does not tell.
  package let identifier: String
  /// Nil when its work is in a version.
  package let failure: String?

  package var isDone: Bool { failure == nil }

  package init(_ identifier: String, failure: String? = nil) {
    self.identifier = identifier
    self.failure = failure
  }

  /// One line of JSON for the queue.
  package var json: JSONValue {
    var members = [
      JSONMember("messageId", .string(identifier)), JSONMember("status", .string(isDone ? "ok" : "failed")),
    ]
    if let failure { members.append(JSONMember("reason", .string(failure))) }
    return .object(members)
  }
}

package import Primitives
package import SnapshotFormat

/// Makes an operation of a line of JSON.
package protocol LineAdapter: Sendable {
  var schema: VectorSchema { get }

  /// - Parameter vector: the elements as they stand in memory, of a record whose line has none.
  func operation(_ line: JSONValue, vector: [UInt8]?) throws(RecordDefect) -> RecordOperation

  /// What the line is about, for messages; nil where it does not tell.
  func identifier(of line: JSONValue) -> String?
}

/// A line that gives no operation.
package struct LineRejection: Error, Sendable, Equatable {
  /// From 1.
  package let line: Int
  /// Not safe to print.
  package let identifier: String?
  /// Not safe to print.
  package let reason: String
}

/// Reads lines of JSON into operations, each for itself.
package struct LineReader<Adapter: LineAdapter>: Sendable {
  private let adapter: Adapter
  private let limits: JSONParser.Limits

  package init(_ adapter: Adapter, limits: JSONParser.Limits = JSONParser.Limits()) {
    self.adapter = adapter
    self.limits = limits
  }

  /// Cuts an input into the lines that this reads.
  package var lines: JSONLines { JSONLines(byteCountMax: limits.byteCount) }

  /// - Parameter vector: what belongs to the line and stands elsewhere.
  package func operation(of line: JSONLines.Line, vector: [UInt8]? = nil) throws(LineRejection) -> RecordOperation {
    guard let bytes = line.bytes else { throw rejection(line, "the line is longer than \(limits.byteCount) bytes") }
    let value: JSONValue
    do throws(JSONError) { value = try JSONParser.parse(bytes, limits: limits) } catch {
      throw rejection(line, error.description)
    }
    do throws(RecordDefect) {
      let operation = try adapter.operation(value, vector: vector)
      if let defect = operation.defect(in: adapter.schema) { throw RecordDefect(defect) }
      return operation
    } catch { throw rejection(line, error.reason, adapter.identifier(of: value)) }
  }

  private func rejection(_ line: JSONLines.Line, _ reason: String, _ identifier: String? = nil) -> LineRejection {
    LineRejection(line: line.number, identifier: identifier, reason: reason)
  }
}

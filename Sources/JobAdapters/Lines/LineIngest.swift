package import Primitives
package import SnapshotFormat

/// Makes an operation of a line of JSON.
package protocol LineAdapter: Sendable {
  var schema: VectorSchema { get }
  func operation(_ line: JSONValue) throws(RecordDefect) -> RecordOperation
}

/// What became of the lines of an input.
package struct LineReport: Sendable, Equatable {
  package struct Rejection: Sendable, Equatable {
    /// From 1.
    package let line: Int
    package let reason: String
  }

  /// So many rejections are kept with their reasons; further ones are counted.
  package static let rejectionCountMax = 10_000

  package private(set) var accepted: UInt64 = 0
  package private(set) var rejected: UInt64 = 0
  package private(set) var rejections: [Rejection] = []

  package init() {}

  mutating func accept() { accepted += 1 }

  mutating func reject(_ line: Int, _ reason: String) {
    rejected += 1
    if rejections.count < LineReport.rejectionCountMax { rejections.append(Rejection(line: line, reason: reason)) }
  }
}

/// Reads JSON Lines, in pieces of any size, into operations. A line that cannot be used is reported; the rest goes on.
package struct LineIngest<Adapter: LineAdapter> {
  private let adapter: Adapter
  private let limits: JSONParser.Limits
  private var lines: JSONLines
  package private(set) var report = LineReport()

  package init(_ adapter: Adapter, limits: JSONParser.Limits = JSONParser.Limits()) {
    self.adapter = adapter
    self.limits = limits
    lines = JSONLines(byteCountMax: limits.byteCount)
  }

  /// The operations of the lines that end in `piece`.
  package mutating func operations(in piece: some Sequence<UInt8>) -> [RecordOperation] {
    lines.lines(in: piece).compactMap { operation($0) }
  }

  /// The operation of a last line without a line break.
  package mutating func finish() -> RecordOperation? {
    lines.finish().flatMap { operation($0) }
  }

  private mutating func operation(_ line: JSONLines.Line) -> RecordOperation? {
    do throws(RecordDefect) {
      let operation = try read(line)
      report.accept()
      return operation
    } catch {
      report.reject(line.number, error.reason)
      return nil
    }
  }

  private func read(_ line: JSONLines.Line) throws(RecordDefect) -> RecordOperation {
    guard let bytes = line.bytes else { throw RecordDefect("the line is longer than \(limits.byteCount) bytes") }
    let value: JSONValue
    do throws(JSONError) { value = try JSONParser.parse(bytes, limits: limits) } catch {
      throw RecordDefect(error.description)
    }
    let operation = try adapter.operation(value)
    if let defect = operation.defect(in: adapter.schema) { throw RecordDefect(defect) }
    return operation
  }
}

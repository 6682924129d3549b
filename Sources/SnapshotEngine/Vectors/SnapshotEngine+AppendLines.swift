internal import JobAdapters
internal import Primitives
internal import SnapshotFormat
internal import VectorCollections

extension SnapshotEngine {
  /// Appends the lines of a file, or of the standard input for `-`, to a collection of vectors.
  ///
  /// ```swift
  /// try await engine.append("words", lines: "batch.jsonl", vectors: "batch.npy")
  /// ```
  /// The whole input is read and checked before anything is appended; memory does not grow with it. What does not fit
  /// into one delta waits in `TMPDIR` meanwhile.
  /// - Parameters:
  ///   - vectors: a `.npy` of little-endian `f32`, one row for each line, for lines that are records without a vector.
  ///   - rejected: is told of each line that cannot be used, as soon as it is read.
  /// - Throws: as `append` of changes. `.failed` when a line cannot be used, unless `options` say to skip those:
  /// nothing was appended then. `.usage` for a `.npy` of another kind, another dimension or another number of rows.
  @discardableResult
  public func append(
    _ collection: String, lines path: String, as format: LineFormat = .records, vectors: String? = nil,
    options: AppendOptions = AppendOptions(), rejected: (@Sendable (RejectedLine) -> Void)? = nil
  ) async throws(EngineError) -> Appended {
    let target = try AppendTarget(collection, options)
    guard path != "-" || vectors != "-" else {
      throw EngineError(.usage, "lines and vectors cannot both come from the standard input")
    }
    return try await perform { call throws(EngineError) in
      var input = PeekedInput(try LineInput(path), for: call)
      var rows: NumPyRows?
      if let vectors { rows = try NumPyRows(vectors, for: call) }
      var dimension = rows?.dimension
      if dimension == nil { dimension = try input.firstDimension() }
      let schema = try call.schema(of: target.collection, dimension: dimension)
      if let dimension = rows?.dimension, dimension != schema.dimension {
        throw EngineError(
          .usage, "the .npy has rows of \(dimension) elements where \(target.collection) has \(schema.dimension)",
          subject: target.collection.string, advice: "Nothing was appended")
      }
      let batches = DeltaBatches(call, target, schema: schema)
      switch format {
      case .records:
        return try LineAppend(RecordLine(schema: schema), rejected).run(&input, &rows, into: batches)
      case .ocrWords:
        return try LineAppend(OCRWordLine(schema: schema), rejected).run(&input, &rows, into: batches)
      }
    }
  }
}

/// Reads all lines of an input, and appends them when they may be.
private struct LineAppend<Adapter: LineAdapter> {
  private let reader: LineReader<Adapter>
  private let told: (@Sendable (RejectedLine) -> Void)?
  private var rejected: UInt64 = 0
  private var first: RejectedLine?

  init(_ adapter: Adapter, _ told: (@Sendable (RejectedLine) -> Void)?) {
    reader = LineReader(adapter)
    self.told = told
  }

  consuming func run(
    _ input: inout PeekedInput, _ rows: inout NumPyRows?, into batches: consuming DeltaBatches
  ) throws(EngineError) -> Appended {
    var lines = reader.lines
    while let piece = try input.next() {
      for line in lines.lines(in: piece) { try take(line, &rows, into: &batches) }
    }
    if let line = lines.finish() { try take(line, &rows, into: &batches) }
    if let count = rows?.count, try rows?.next() != nil {
      throw LineAppend.unpaired("the .npy has \(count) rows, more than there are lines")
    }
    if let first, !batches.skipsBadRecords {
      throw EngineError(
        .failed, "\(rejected) of the lines cannot be used; line \(first.line): \(first.reason)",
        advice: "Nothing was appended. Put them right, or have them skipped")
    }
    return try batches.finish(rejected)
  }

  private mutating func take(
    _ line: JSONLines.Line, _ rows: inout NumPyRows?, into batches: inout DeltaBatches
  ) throws(EngineError) {
    var vector: [UInt8]?
    if let count = rows?.count {
      vector = try rows?.next()
      guard vector != nil else { throw LineAppend.unpaired("the .npy has \(count) rows: line \(line.number) has none") }
    }
    let operation: RecordOperation
    do throws(LineRejection) { operation = try reader.operation(of: line, vector: vector) } catch {
      return reject(RejectedLine(error))
    }
    // What will not be appended need not be kept.
    if rejected == 0 || batches.skipsBadRecords { try batches.add(operation) }
  }

  private mutating func reject(_ line: RejectedLine) {
    rejected += 1
    first = first ?? line
    told?(line)
  }

  private static func unpaired(_ reason: String) -> EngineError {
    EngineError(.usage, reason, advice: "Nothing was appended. Each line takes one row, in their order")
  }
}

extension RejectedLine {
  fileprivate init(_ rejection: LineRejection) {
    self.init(
      line: rejection.line, identifier: rejection.identifier.map { Printable.string(String($0.prefix(128))) },
      reason: Printable.string(rejection.reason))
  }
}

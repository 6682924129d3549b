internal import JobAdapters
internal import Primitives
internal import SnapshotFormat
internal import VectorCollections

extension SnapshotEngine {
  /// Appends the lines of a file, or of the standard input for `-`, to a collection of vectors.
  ///
  /// Memory does not grow with the input. Lines that cannot be used are told, and the rest is appended.
  /// - Throws: as `append` of changes.
  public func append(
    _ collection: String, lines path: String, as format: LineFormat = .records,
    options: AppendOptions = AppendOptions()
  ) async throws(EngineError) -> Appended {
    let target = try AppendTarget(collection, options)
    return try await perform { call throws(EngineError) in
      var pieces = PeekedInput(try LineInput(path))
      let dimension = try pieces.firstDimension()
      let schema = try call.schema(of: target.collection, dimension: dimension)
      let writer = DeltaBatches(call, target)
      switch format {
      case .records: return try writer.take(&pieces, LineIngest(RecordLine(schema: schema)))
      case .ocrWords: return try writer.take(&pieces, LineIngest(OCRWordLine(schema: schema)))
      }
    }
  }
}

extension DeltaBatches {
  /// Appends all lines.
  fileprivate func take(
    _ input: inout PeekedInput, _ lines: LineIngest<some LineAdapter>
  ) throws(EngineError) -> Appended {
    var (writer, lines) = (self, lines)
    while let piece = try input.next() {
      for operation in lines.operations(in: piece) { try writer.append(operation) }
    }
    if let operation = lines.finish() { try writer.append(operation) }
    let rejections = lines.report.rejections.map {
      RejectedLine(line: $0.line, reason: Printable.string($0.reason))
    }
    return try writer.finish(lines.report.rejected, rejections)
  }
}

/// An input whose first lines are looked at before it is read.
private struct PeekedInput {
  private let input: LineInput
  private var seen: [[UInt8]] = []

  /// So much of the input is looked at for the first vector.
  private static let byteCountMax = 16 << 20

  init(_ input: LineInput) {
    self.input = input
  }

  mutating func next() throws(EngineError) -> [UInt8]? {
    seen.isEmpty ? try input.next() : seen.removeFirst()
  }

  /// How many elements the first vector has; nil when none is found. The bytes are still to be read.
  mutating func firstDimension() throws(EngineError) -> Int? {
    var lines = JSONLines()
    var byteCount = 0
    while byteCount < PeekedInput.byteCountMax, let piece = try input.next() {
      seen.append(piece)
      byteCount += piece.count
      if let count = lines.lines(in: piece).lazy.compactMap(PeekedInput.dimension).first { return count }
    }
    return lines.finish().flatMap(PeekedInput.dimension)
  }

  private static func dimension(_ line: JSONLines.Line) -> Int? {
    guard let bytes = line.bytes, let value = try? JSONParser.parse(bytes), case .array(let vector)? = value["vector"]
    else { return nil }
    return vector.count
  }
}

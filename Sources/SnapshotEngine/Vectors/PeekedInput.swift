internal import Primitives

/// An input whose first lines are looked at before it is read.
struct PeekedInput: ~Copyable {
  private var input: LineInput
  private let call: EngineCall
  private var seen: [[UInt8]] = []

  /// So much of the input is looked at for the first vector.
  private static let byteCountMax = 16 << 20

  init(_ input: consuming LineInput, for call: EngineCall) {
    self.input = input
    self.call = call
  }

  mutating func next() throws(EngineError) -> [UInt8]? {
    seen.isEmpty ? try input.next(for: call) : seen.removeFirst()
  }

  /// How many elements the first vector has; nil when none is found. The bytes are still to be read.
  mutating func firstDimension() throws(EngineError) -> Int? {
    var lines = JSONLines()
    var byteCount = 0
    while byteCount < PeekedInput.byteCountMax, let piece = try input.next(for: call) {
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

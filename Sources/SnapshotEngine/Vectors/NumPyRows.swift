internal import JobAdapters
internal import Primitives

/// The rows of a `.npy`, one after the other, whatever its size: memory holds a piece of it.
struct NumPyRows: ~Copyable {
  let count: Int
  let dimension: Int
  private var input: LineInput
  private let call: EngineCall
  private let name: String
  /// Bytes that were read and not given, from `start` on.
  private var piece: [UInt8]
  private var start: Int
  private var given = 0

  /// - Throws: `.usage` for what is no array of rows of little-endian `f32`, or not whole.
  init(_ path: String, for call: EngineCall) throws(EngineError) {
    let name = path == "-" ? "the standard input" : Printable.string(path)
    var input = try LineInput(path)
    var piece: [UInt8] = []
    while piece.count < NumPyHeader.byteCountMax, let more = try input.next(for: call) { piece += more }
    let header: NumPyHeader
    do throws(RecordDefect) {
      header = try NumPyHeader(piece)
      try header.requireRows(in: try? input.byteCount())
    } catch { throw NumPyRows.refused(name, error.reason) }
    (count, dimension, start) = (header.shape[0], header.shape[1], header.byteCount)
    (self.name, self.call, self.piece) = (name, call, piece)
    self.input = input
  }

  /// The bytes of the next row; nil after the last.
  ///
  /// - Throws: `.usage` where the file ends before its shape does, or goes on behind it.
  mutating func next() throws(EngineError) -> [UInt8]? {
    guard given < count else {
      guard start == piece.count, try input.next(for: call) == nil else {
        throw NumPyRows.refused(name, "the .npy goes on behind its \(count) rows")
      }
      return nil
    }
    let byteCount = dimension * 4
    while piece.count - start < byteCount {
      guard let more = try input.next(for: call) else {
        throw NumPyRows.refused(name, "the .npy ends in row \(given + 1) of \(count)")
      }
      piece = piece[start...] + more
      start = 0
    }
    defer { (start, given) = (start + byteCount, given + 1) }
    return Array(piece[start..<start + byteCount])
  }

  private static func refused(_ name: String, _ reason: String) -> EngineError {
    EngineError(.usage, "\(name): \(reason)", subject: name, advice: "Nothing was appended")
  }
}

extension NumPyHeader {
  /// - Parameter size: of the whole file, where it is known.
  fileprivate func requireRows(in size: UInt64?) throws(RecordDefect) {
    guard shape.count == 2 else { throw RecordDefect("the .npy has 1 axis, not rows") }
    guard let elements = elementsByteCount, elements < UInt64(Int64.max) else {
      throw RecordDefect("the .npy has a shape beyond any file")
    }
    let whole = UInt64(byteCount) + elements
    if let size, size != whole { throw RecordDefect("the .npy has \(size) bytes where its shape makes \(whole)") }
  }
}

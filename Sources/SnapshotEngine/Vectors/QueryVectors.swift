internal import Primitives

/// Vectors as a file has them.
///
/// - Text: a JSON array of numbers, or one on each line.
/// - `.npy` of little-endian `f32`: an array of elements, or of rows.
/// - Anything else: the elements of one vector as little-endian `f32`.
public enum QueryVectors {
  static let countMax = 1_000
  /// As text the elements of a vector of the greatest dimension, each in 64 characters and less.
  private static let byteCountMax = 4 << 20

  /// Reads a file, or the standard input for `-`.
  ///
  /// - Returns: at least one vector, none of them empty.
  /// - Throws: `.notFound` for a file that is not there, `.usage` for one that holds no vectors, or too many.
  public static func read(_ path: String) throws(EngineError) -> [[Float]] {
    var input = try LineInput(path)
    var bytes: [UInt8] = []
    while let piece = try input.next() {
      bytes += piece
      guard bytes.count <= byteCountMax else { throw refused(path, "it has more than \(byteCountMax) bytes") }
    }
    do throws(Refusal) {
      let vectors = try vectors(bytes)
      guard vectors.allSatisfy({ !$0.isEmpty }), !vectors.isEmpty else { throw Refusal(reason: "it is empty") }
      guard vectors.count <= countMax else { throw Refusal(reason: "it has more than \(countMax)") }
      return vectors
    } catch { throw refused(path, error.reason) }
  }

  struct Refusal: Error {
    let reason: String
  }

  private static func vectors(_ bytes: [UInt8]) throws(Refusal) -> [[Float]] {
    if let array = try NumPyArray(bytes) { return try array.rows() }
    return isText(bytes) ? try lines(bytes) : [try elements(bytes[...])]
  }

  /// Whether the bytes begin as an array does and are all of such as JSON numbers stand among; floats hardly are.
  private static func isText(_ bytes: [UInt8]) -> Bool {
    bytes.first { !isSpace($0) } == UInt8(ascii: "[") && bytes.allSatisfy { isSpace($0) || (0x20..<0x7F).contains($0) }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func lines(_ bytes: [UInt8]) throws(Refusal) -> [[Float]] {
    let lines = bytes.split(separator: UInt8(ascii: "\n")).filter { !$0.allSatisfy(isSpace) }
    let isOneEach = lines.count > 1 && lines.allSatisfy { $0.first { !isSpace($0) } == UInt8(ascii: "[") }
    guard isOneEach else { return [try numbers(bytes)] }
    var vectors: [[Float]] = []
    for (number, line) in lines.enumerated() {
      do throws(Refusal) { vectors.append(try numbers(Array(line))) } catch {
        throw Refusal(reason: "\(error.reason) of vector \(number + 1)")
      }
    }
    return vectors
  }

  private static func numbers(_ bytes: [UInt8]) throws(Refusal) -> [Float] {
    let value: JSONValue
    do throws(JSONError) { value = try JSONParser.parse(bytes) } catch {
      throw Refusal(reason: "\(error.reason) at byte \(error.offset)")
    }
    guard case .array(let items) = value else { throw Refusal(reason: "it is no array") }
    var vector: [Float] = []
    for (place, item) in items.enumerated() {
      switch item {
      case .integer(let number): vector.append(Float(number))
      case .number(let number): vector.append(Float(number))
      default: throw Refusal(reason: "element \(place) is no number")
      }
    }
    return vector
  }

  /// Little-endian `f32`, one behind the other.
  static func elements(_ bytes: ArraySlice<UInt8>) throws(Refusal) -> [Float] {
    guard bytes.count.isMultiple(of: 4) else {
      throw Refusal(reason: "its \(bytes.count) bytes are neither JSON nor .npy nor whole elements of 4 bytes")
    }
    return stride(from: bytes.startIndex, to: bytes.endIndex, by: 4).map { start in
      Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) })
    }
  }

  private static func refused(_ path: String, _ reason: String) -> EngineError {
    EngineError(
      .usage, "\(path == "-" ? "the standard input" : Printable.string(path)) holds no vector: \(reason)",
      advice: "Give a JSON array of numbers, several on a line each, a .npy of float32, or little-endian 32-bit floats")
  }
}

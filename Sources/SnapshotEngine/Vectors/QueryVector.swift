internal import Primitives

/// A vector as a file has it: a JSON array of numbers, or the elements as little-endian `f32`.
public enum QueryVector {
  /// 65,536 elements, each written in 32 characters and less.
  private static let byteCountMax = 2 << 20

  /// Reads a file, or the standard input for `-`.
  ///
  /// - Throws: `.notFound` for a file that is not there, `.usage` for one that holds no vector.
  public static func read(_ path: String) throws(EngineError) -> [Float] {
    let input = try LineInput(path)
    var bytes: [UInt8] = []
    while let piece = try input.next() {
      bytes += piece
      guard bytes.count <= byteCountMax else { throw refused(path, "it has more than \(byteCountMax) bytes") }
    }
    let isText = bytes.first { $0 > 0x20 } == UInt8(ascii: "[")
    return isText ? try numbers(bytes, path) : try elements(bytes, path)
  }

  private static func numbers(_ bytes: [UInt8], _ path: String) throws(EngineError) -> [Float] {
    let value: JSONValue
    do throws(JSONError) { value = try JSONParser.parse(bytes) } catch {
      throw refused(path, "\(error.reason) at byte \(error.offset)")
    }
    guard case .array(let items) = value else { throw refused(path, "it is no array") }
    var vector: [Float] = []
    for (place, item) in items.enumerated() {
      switch item {
      case .integer(let number): vector.append(Float(number))
      case .number(let number): vector.append(Float(number))
      default: throw refused(path, "element \(place) is no number")
      }
    }
    guard !vector.isEmpty else { throw refused(path, "it is empty") }
    return vector
  }

  private static func elements(_ bytes: [UInt8], _ path: String) throws(EngineError) -> [Float] {
    guard !bytes.isEmpty, bytes.count.isMultiple(of: 4) else {
      throw refused(path, "its \(bytes.count) bytes are neither a JSON array nor whole elements of 4 bytes")
    }
    return stride(from: 0, to: bytes.count, by: 4).map { start in
      Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) })
    }
  }

  private static func refused(_ path: String, _ reason: String) -> EngineError {
    EngineError(
      .usage, "\(Printable.string(path)) holds no vector: \(reason)",
      advice: "Give a JSON array of numbers, or the elements as little-endian 32-bit floats")
  }
}

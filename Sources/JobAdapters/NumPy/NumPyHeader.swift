/// What stands before the elements of an array that NumPy saved: magic, version, the byte count of a Python dictionary,
/// the dictionary. Versions 1, 2 and 3.
///
/// Only little-endian `f32`, row by row, is taken; anything else is refused by its name.
package struct NumPyHeader: Sendable, Equatable {
  /// As the axes are; one or two.
  package let shape: [Int]
  /// Where the elements begin.
  package let byteCount: Int

  /// So many bytes are enough for every header that is taken.
  package static let byteCountMax = 12 + 65_536
  package static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  package static func begins(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: magic) }

  /// - Parameter bytes: the first `byteCountMax` of an array, or all of a smaller one.
  package init(_ bytes: [UInt8]) throws(RecordDefect) {
    guard NumPyHeader.begins(bytes) else { throw RecordDefect("it is no .npy") }
    guard bytes.count >= 12 else { throw NumPyHeader.defect("ends in its header") }
    guard (1...3).contains(bytes[6]) else { throw NumPyHeader.defect("has version \(bytes[6]), not 1, 2 or 3") }
    // The byte count has two bytes in version 1, four later.
    let start = bytes[6] == 1 ? 10 : 12
    let count = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard count <= NumPyHeader.byteCountMax - 12 else { throw NumPyHeader.defect("has a header of \(count) bytes") }
    guard count <= bytes.count - start else { throw NumPyHeader.defect("ends in its header") }
    let text = bytes[start..<start + count].filter { $0 > 0x20 }
    shape = try NumPyHeader.shape(String(decoding: text, as: UTF8.self))
    byteCount = start + count
  }

  /// - Parameter header: the dictionary, without spaces.
  private static func shape(_ header: String) throws(RecordDefect) -> [Int] {
    guard let type = value(of: "descr", in: header), let order = value(of: "fortran_order", in: header) else {
      throw defect("does not tell its elements and their order")
    }
    guard type == "'<f4'" else {
      throw defect("has elements \(type), not '<f4': save it with .astype('<f4')")
    }
    guard order == "False" else {
      throw defect("stands column by column: save it with numpy.ascontiguousarray")
    }
    let axes = header.split(separator: "'shape':(").dropFirst().first?.prefix { $0 != ")" }.split(separator: ",") ?? []
    let shape = axes.compactMap { Int($0) }.filter { $0 >= 0 }
    guard shape.count == axes.count, (1...2).contains(shape.count) else {
      throw defect("has no shape of 1 or 2 axes")
    }
    return shape
  }

  /// The value of a key, at most 64 characters of it; that of a list ends with its first item.
  private static func value(of key: String, in header: String) -> String? {
    let rest = header.split(separator: "'\(key)':").dropFirst().first
    return rest.map { String($0.prefix { $0 != "," && $0 != "}" }.prefix(64)) }
  }

  private static func defect(_ reason: String) -> RecordDefect { RecordDefect("the .npy \(reason)") }
}

extension NumPyHeader {
  /// How many bytes the elements have; nil for more than there can be.
  package var elementsByteCount: UInt64? {
    var count: UInt64 = 4
    for axis in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: UInt64(axis))
      guard !overflows else { return nil }
      count = product
    }
    return count
  }
}

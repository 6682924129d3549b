internal import Primitives

/// A column of cells of any length: where each begins, then their bytes.
struct CellColumn: Sendable {
  private var offsets = ByteWriter()
  private var cells = ByteWriter()

  init() {
    offsets.integer(UInt32(0))
  }

  var byteCount: Int { offsets.count + cells.count }
  /// Where the next cell begins.
  var cellByteCount: Int { cells.count }
  var bytes: [UInt8] { offsets.bytes + cells.bytes }

  mutating func add(_ fill: (inout ByteWriter) -> Void) {
    fill(&cells)
    offsets.integer(UInt32(cells.count))
  }

  /// Replaces the preliminary number of a producer.
  mutating func renumber(at place: Int, _ final: [UInt16]) {
    guard let number = cells.bytes.rawSpan.word(at: place, as: UInt16.self) else { return }
    cells.patch16(final[Int(number)], at: place)
  }
}

/// Producers by order of appearance, until all are known and get their numbers by name.
struct ProducerTable: Sendable {
  static let countMax = 65_535
  /// A row names at most this many: one of its body, one of each change.
  private static let reserve = Row.changeCountMax + 1

  private var numbers: [ProducerName: UInt16] = [:]
  private var names: [ProducerName] = []
  /// Where in the cells of the changes a number stands.
  var places: [Int] = []

  var count: Int { names.count }

  /// Whether the next row, with its origins, might name more producers than a segment can have.
  var isFull: Bool { names.count + ProducerTable.reserve + SegmentOrigin.countMax > ProducerTable.countMax }

  mutating func number(of producer: ProducerName) -> UInt16 {
    if let number = numbers[producer] { return number }
    // Above the limit the numbers are of no use, and neither is the segment.
    let number = UInt16(truncatingIfNeeded: names.count)
    numbers[producer] = number
    names.append(producer)
    return number
  }

  /// The final number by preliminary number.
  var finalNumbers: [UInt16] {
    var final = [UInt16](repeating: 0, count: names.count)
    for (place, producer) in names.sorted().enumerated() {
      if let number = numbers[producer] { final[Int(number)] = UInt16(place) }
    }
    return final
  }

  var bytes: [UInt8] {
    var output = ByteWriter()
    output.integer(UInt16(names.count))
    for producer in names.sorted() { output.string(producer.string) }
    return output.bytes
  }
}

/// Where the columns of a segment begin (formats/segment.md §6).
struct SegmentLayout: Sendable {
  private(set) var offsets: [Int] = []
  let footerOffset: Int

  init(_ byteCounts: [Int], schema: VectorSchema, hasVectors: Bool) {
    var end = SegmentHeader.endOffset
    for (column, byteCount) in zip(SegmentColumn.allCases, byteCounts) {
      let start = end.roundedUp(to: column == .vectors && hasVectors ? schema.chunkByteCount : 64)
      offsets.append(start)
      end = start + byteCount
    }
    footerOffset = end.roundedUp(to: 64)
  }
}

/// The seal of a segment in the making.
struct SegmentSeal {
  private var digest = DigestBuilder()
  private(set) var byteCount = 0

  init(name: UniqueName) {
    let path = Array(SegmentIndex.path(of: name).utf8)
    digest.update(littleEndian: UInt16(path.count))
    digest.update(path)
  }

  mutating func adding(_ bytes: [UInt8]) -> [UInt8] {
    digest.update(bytes.rawSpan)
    byteCount += bytes.count
    return bytes
  }

  consuming func finish() -> (Digest, [UInt8]) {
    let sealed = digest.finish()
    var output = ByteWriter()
    output.digest(sealed)
    output.integer(UInt16(0))
    return (sealed, output.bytes)
  }
}

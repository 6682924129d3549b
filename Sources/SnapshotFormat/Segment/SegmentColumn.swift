/// The columns of a segment, in the order they stand in (formats/segment.md §3).
package enum SegmentColumn: Int, Sendable, CaseIterable {
  case names = 1
  case rows, documents, metadata, changes, producers, origins, dead, vectors

  /// Whether a list of row offsets begins the column.
  var hasOffsets: Bool {
    switch self {
    case .names, .documents, .metadata, .changes: true
    case .rows, .producers, .origins, .dead, .vectors: false
    }
  }
}

/// Where a column stands, and its checksum.
package struct SegmentColumnPlace: Sendable, Equatable {
  package let offset: Int
  package let byteCount: Int
  package let crc: UInt32

  package var range: Range<Int> { offset..<offset + byteCount }
}

/// The 24 bytes of one row (formats/segment.md §3).
struct SegmentRowEntry: Sendable, Equatable {
  static let byteCount = 24
  static let noIndex = UInt32.max
  static let noProducer = UInt16.max

  struct Flags: OptionSet, Sendable {
    let rawValue: UInt8
    static let prefix = Flags(rawValue: 1)
    static let body = Flags(rawValue: 2)
    static let deleted = Flags(rawValue: 4)
    static let document = Flags(rawValue: 8)
    static let all: Flags = [.prefix, .body, .deleted, .document]
  }

  var clock: UInt64
  var producer: UInt16
  var flags: Flags
  var vectorRow: UInt32
  var enclosing: UInt32

  func write(to output: inout ByteWriter) {
    output.integer(clock)
    output.integer(producer)
    output.integer(flags.rawValue)
    output.zeros(1)
    output.integer(vectorRow)
    output.integer(enclosing)
    output.zeros(4)
  }
}

extension SegmentRowEntry {
  init(from input: inout ByteReader) throws(FormatError) {
    clock = try input.integer()
    producer = try input.integer()
    flags = Flags(rawValue: try input.integer())
    try input.reserved(1)
    vectorRow = try input.integer()
    enclosing = try input.integer()
    try input.reserved(4)
    guard hasSoundFlags else { throw input.damaged("flags \(flags.rawValue) contradict each other") }
    guard hasStamp || (clock == 0 && producer == SegmentRowEntry.noProducer) else {
      throw input.damaged("a stamp of nothing")
    }
  }

  var hasStamp: Bool { flags.contains(.body) || flags.contains(.deleted) }

  private var hasSoundFlags: Bool {
    guard Flags.all.isSuperset(of: flags) else { return false }
    guard !flags.isSuperset(of: [.body, .deleted]), !flags.isSuperset(of: [.body, .prefix]) else { return false }
    return !flags.contains(.document) || flags.contains(.body)
  }
}

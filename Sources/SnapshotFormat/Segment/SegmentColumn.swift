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
  /// - Parameter bytes: those of one row.
  init(_ bytes: RawSpan) throws(FormatError) {
    guard bytes.byteCount == SegmentRowEntry.byteCount, let clock = bytes.word(at: 0, as: UInt64.self),
      let producer = bytes.word(at: 8, as: UInt16.self), let flags = bytes.word(at: 10, as: UInt8.self),
      let vectorRow = bytes.word(at: 12, as: UInt32.self), let enclosing = bytes.word(at: 16, as: UInt32.self)
    else { throw .truncated("segment row", at: bytes.byteCount) }
    self.clock = clock
    self.producer = producer
    self.flags = Flags(rawValue: flags)
    self.vectorRow = vectorRow
    self.enclosing = enclosing
    guard bytes.word(at: 11, as: UInt8.self) == 0, bytes.word(at: 20, as: UInt32.self) == 0 else {
      throw .damaged("segment row", "reserved bytes are not zero", at: 11)
    }
    guard hasSoundFlags else { throw .damaged("segment row", "flags \(flags) contradict each other", at: 10) }
    guard hasStamp || (clock == 0 && producer == SegmentRowEntry.noProducer) else {
      throw .damaged("segment row", "a stamp of nothing", at: 0)
    }
  }

  var hasStamp: Bool { flags.contains(.body) || flags.contains(.deleted) }

  private var hasSoundFlags: Bool {
    guard Flags.all.isSuperset(of: flags) else { return false }
    guard !flags.isSuperset(of: [.body, .deleted]), !flags.isSuperset(of: [.body, .prefix]) else { return false }
    return !flags.contains(.document) || flags.contains(.body)
  }
}

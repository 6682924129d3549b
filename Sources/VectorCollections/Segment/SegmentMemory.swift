internal import Primitives
internal import SnapshotFormat

/// The rows of a segment that lies in memory as a whole, for who goes from one segment to another every few rows: to
/// have it, and to copy it, nothing is counted.
///
/// - The bytes stay where they are as long as it is used: whoever makes one sees to that.
/// - Every offset is checked before it is used, as `SegmentReader` does.
@safe
struct SegmentMemory {
  let rowCount: Int
  // Safe: columns of the segment, which the layout of its index has within its bytes.
  private let nameOffsets: UnsafeRawPointer
  private let nameBytes: UnsafeRawPointer
  private let entries: UnsafeRawPointer
  private let vectors: UnsafeRawPointer
  private let nameByteCount: Int
  private let vectorCount: Int
  private let dimension: Int

  /// - Parameter reader: of a segment whose bytes stay where they are as long as what is made here.
  /// - Throws: where vectors do not begin at a multiple of 4 in memory; mapped ones do.
  @unsafe
  init?(_ reader: borrowing SegmentReader) throws(FormatError) {
    guard let bytes = reader.bytes else { return nil }
    let index = reader.index
    let base = unsafe bytes.withUnsafeBytes { $0.baseAddress! }
    rowCount = index.rowCount
    unsafe nameOffsets = base + index[.names].offset
    unsafe nameBytes = nameOffsets + 4 * (rowCount + 1)
    unsafe entries = base + index[.rows].offset
    unsafe vectors = base + index[.vectors].offset
    nameByteCount = index[.names].byteCount - 4 * (rowCount + 1)
    vectorCount = index.header.vectorCount
    dimension = index.schema.vectorByteCount / MemoryLayout<Float>.size
    guard unsafe Int(bitPattern: vectors).isMultiple(of: MemoryLayout<Float>.alignment) else {
      throw .damaged("segment", "its bytes are not aligned in memory")
    }
  }

  /// The name of a row, where it lies.
  @_lifetime(borrow self)
  func name(_ row: Int) throws(FormatError) -> RawSpan {
    let name = unsafe try nameBuffer(row)
    return unsafe _overrideLifetime(RawSpan(_unsafeBytes: name), borrowing: self)
  }

  @inline(__always)
  func nameBuffer(_ row: Int) throws(FormatError) -> UnsafeRawBufferPointer {
    guard row >= 0, row < rowCount else { throw SegmentMemory.noRow(row) }
    // Safe: there is one offset more than there are rows.
    let pair = unsafe UInt64(littleEndian: nameOffsets.loadUnaligned(fromByteOffset: 4 * row, as: UInt64.self))
    let (from, to) = (Int(UInt32(truncatingIfNeeded: pair)), Int(pair >> 32))
    guard from <= to, to <= nameByteCount else { throw SegmentMemory.wrongOffsets(row) }
    // Safe: the range was checked.
    return unsafe UnsafeRawBufferPointer(start: nameBytes + from, count: to - from)
  }

  /// What the row's entry says.
  func mark(_ row: Int) throws(FormatError) -> RowMark {
    guard row >= 0, row < rowCount else { throw SegmentMemory.noRow(row) }
    let width = RowMark.entryByteCount
    // Safe: the column has as many entries as there are rows.
    return try RowMark(entry: unsafe RawSpan(_unsafeStart: entries + row * width, byteCount: width))
  }

  /// The record of a row; nil where it has none.
  @inline(__always)
  func record(_ row: Int) throws(FormatError) -> RecordInPlace? {
    let name = unsafe try nameBuffer(row)
    // Where there are as many vectors as rows, each row has its own.
    guard vectorCount == rowCount else { return unsafe try recordByEntry(row, name) }
    // Safe: within the column, which has one vector for each row.
    return unsafe RecordInPlace(name, vectors + row * dimension * MemoryLayout<Float>.size, dimension)
  }

  private func recordByEntry(_ row: Int, _ name: UnsafeRawBufferPointer) throws(FormatError) -> RecordInPlace? {
    let mark = try mark(row)
    guard mark.isRecord else { return nil }
    guard let number = mark.vectorNumber else { return unsafe RecordInPlace(name, vectors, 0) }
    guard number < vectorCount else { throw .damaged("segment rows", "row \(row) has vector \(number)") }
    // Safe: within the column.
    return unsafe RecordInPlace(name, vectors + number * dimension * MemoryLayout<Float>.size, dimension)
  }

  @inline(never)
  private static func noRow(_ row: Int) -> FormatError { .damaged("segment", "no row \(row)") }

  @inline(never)
  private static func wrongOffsets(_ row: Int) -> FormatError {
    .damaged("segment names", "the offsets of row \(row) do not ascend")
  }
}

/// Where the id and the vector of a record lie: as long as the bytes of its segment are where they are.
@safe
struct RecordInPlace {
  private let name: UnsafeRawBufferPointer
  private let vector: UnsafeRawPointer
  private let dimension: Int

  /// - Parameter vector: a multiple of 4.
  @unsafe
  fileprivate init(_ name: UnsafeRawBufferPointer, _ vector: UnsafeRawPointer, _ dimension: Int) {
    unsafe self.name = name
    unsafe self.vector = vector
    self.dimension = dimension
  }

  var id: Span<UInt8> {
    @inline(__always) @_lifetime(borrow self)
    get { unsafe _overrideLifetime(Span(_unsafeBytes: name), borrowing: self) }
  }

  /// No elements for a record without a vector.
  var elements: Span<Float> {
    @inline(__always) @_lifetime(borrow self)
    get {
      // Safe: aligned, whole elements, and every bit pattern is a Float.
      let start = unsafe vector.assumingMemoryBound(to: Float.self)
      return unsafe _overrideLifetime(Span(_unsafeStart: start, count: dimension), borrowing: self)
    }
  }

  /// Has the beginning of the vector fetched from memory, before it is read.
  @inline(__always)
  func prefetch() { unsafe vector.prefetch() }
}

extension SegmentMemory {
  /// Compares what two rows are about, of two segments or of one: below zero, zero, above zero.
  func order(_ row: Int, _ other: SegmentMemory, _ itsRow: Int) throws(FormatError) -> Int {
    let order = try name(row).order(try other.name(itsRow))
    guard order == 0 else { return order }
    let (mine, its) = (try mark(row).isPrefix, try other.mark(itsRow).isPrefix)
    return mine == its ? 0 : mine ? -1 : 1
  }
}

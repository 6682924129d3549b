internal import FileIO
internal import Primitives
internal import SnapshotFormat

/// A file that is being written: new, continued where an earlier run left it, or patched where it stands.
///
/// - What follows on each other is gathered and written 256 KiB at a time.
/// - The disk is kept at work meanwhile: at the end little is left to wait for.
final class FileWriter {
  private static let bufferByteCount = 256 << 10
  private static let pageByteCount: UInt64 = 4_096
  /// So much is written between two requests to write it out.
  private static let writingOutByteCount: UInt64 = 4 << 20

  private let file: OpenFile
  private let byteCount: UInt64
  private let isPatch: Bool
  private var buffer: [UInt8] = []
  private var bufferOffset: UInt64 = 0
  private(set) var writtenByteCount: UInt64 = 0
  private var writingOutByteCount: UInt64 = 0

  init(_ file: consuming OpenFile, byteCount: UInt64, isPatch: Bool) {
    self.file = file
    self.byteCount = byteCount
    self.isPatch = isPatch
  }

  /// Reserves room where there is enough for the file as if it had no holes.
  func allocate() throws(FileError) {
    let before = try file.status().byteCount
    do throws(FileError) {
      try file.allocate(byteCount)
    } catch {
      guard error.meaning == .noSpace else { throw error }
      // What was reserved nonetheless is given back; ext4 lengthens the file by it.
      try file.truncate(to: before)
    }
  }

  /// - Parameter changes: where `bytes` differ from what was read at `offset`; nil: unknown.
  func write(_ bytes: [UInt8], at offset: UInt64, changes: [Range<Int>]? = nil) throws(FileError) {
    if isPatch, let changes {
      for range in changes { try write(bytes, range, at: offset) }
      return
    }
    if isPatch { return try patch(bytes, at: offset) }
    if try isHole(bytes, at: offset) { return }
    if offset != bufferOffset + UInt64(buffer.count) || buffer.count + bytes.count > FileWriter.bufferByteCount {
      try flush()
      bufferOffset = offset
    }
    buffer += bytes
  }

  /// Makes a hole where there are nothing but zeros. False when the bytes have to be written.
  private func isHole(_ bytes: [UInt8], at offset: UInt64) throws(FileError) -> Bool {
    guard bytes.count >= FileWriter.pageByteCount, bytes.allSatisfy({ $0 == 0 }) else { return false }
    try flush()
    return try file.makeHole(at: offset, count: bytes.count)
  }

  /// Writes those pages of 4 KiB that differ.
  private func patch(_ bytes: [UInt8], at offset: UInt64) throws(FileError) {
    let before = try file.read(upTo: bytes.count, at: offset)
    var start: Int?
    var position = 0
    while position < bytes.count {
      let page = (offset + UInt64(position)) / FileWriter.pageByteCount + 1
      let end = min(bytes.count, Int(page * FileWriter.pageByteCount - offset))
      let differs = end > before.count || !isSame(bytes, before, position..<end)
      if differs, start == nil { start = position }
      if !differs, let first = start {
        try write(bytes, first..<position, at: offset)
        start = nil
      }
      position = end
    }
    if let start { try write(bytes, start..<bytes.count, at: offset) }
  }

  private func isSame(_ bytes: [UInt8], _ before: [UInt8], _ range: Range<Int>) -> Bool {
    bytes.rawSpan.extracting(range).isSame(as: before.rawSpan.extracting(range))
  }

  private func write(_ bytes: [UInt8], _ range: Range<Int>, at offset: UInt64) throws(FileError) {
    try file.write(bytes.rawSpan.extracting(range), at: offset + UInt64(range.lowerBound))
    try note(range.count)
  }

  private func note(_ count: Int) throws(FileError) {
    writtenByteCount += UInt64(count)
    guard writtenByteCount - writingOutByteCount >= FileWriter.writingOutByteCount else { return }
    writingOutByteCount = writtenByteCount
    try file.beginWritingOut()
  }

  private func flush() throws(FileError) {
    guard !buffer.isEmpty else { return }
    try file.write(buffer, at: bufferOffset)
    try note(buffer.count)
    buffer.removeAll(keepingCapacity: true)
  }

  /// Gives the file its length, owner and mode and makes it durable. After a failure it is unusable: the next run
  /// writes it anew.
  ///
  /// - Parameter owner: nil: the one it has.
  func finish(mode: FileMode, owner: Owner?) throws(FileError) {
    try flush()
    if try file.status().byteCount != byteCount { try file.truncate(to: byteCount) }
    try file.settle(mode: mode, owner: owner)
    try file.sync()
  }
}

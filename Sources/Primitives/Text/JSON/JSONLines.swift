/// Cuts a stream of bytes into lines, whatever pieces it comes in, and holds no more than one line.
package struct JSONLines {
  /// A line, or the notice that there was one longer than allowed.
  package struct Line: Sendable, Equatable {
    /// From 1.
    package let number: Int
    /// Nil for a line beyond the limit; its bytes are gone.
    package let bytes: [UInt8]?

    package init(number: Int, bytes: [UInt8]?) {
      self.number = number
      self.bytes = bytes
    }
  }

  private let byteCountMax: Int
  private var pending: [UInt8] = []
  private var isTooLong = false
  private var number = 0

  package init(byteCountMax: Int = JSONParser.Limits().byteCount) {
    self.byteCountMax = byteCountMax
  }

  /// The lines that end in `piece`. Blank lines are left out, but counted.
  package mutating func lines(in piece: ArraySlice<UInt8>) -> [Line] {
    var lines: [Line] = []
    var rest = piece
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      take(rest[..<end])
      if let line = endLine() { lines.append(line) }
      rest = rest[(end + 1)...]
    }
    take(rest)
    return lines
  }

  package mutating func lines(in piece: [UInt8]) -> [Line] { lines(in: piece[...]) }

  /// What is of a line; no more of it is kept than a line may have.
  private mutating func take(_ bytes: ArraySlice<UInt8>) {
    let room = byteCountMax - pending.count
    if bytes.count > room { isTooLong = true }
    pending += bytes.prefix(room)
  }

  /// The last line, when the stream does not end with a line break.
  package mutating func finish() -> Line? {
    pending.isEmpty && !isTooLong ? nil : endLine()
  }

  private mutating func endLine() -> Line? {
    number += 1
    defer { (pending, isTooLong) = ([], false) }
    if isTooLong { return Line(number: number, bytes: nil) }
    let isBlank = pending.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    return isBlank ? nil : Line(number: number, bytes: pending)
  }
}

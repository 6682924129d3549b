/// A text with gaps: `%` stands for any text, `_` for one character (a Unicode scalar), `\` takes both as they are.
package struct TextPattern: Sendable, Equatable {
  private enum Piece: Sendable, Equatable {
    case byte(UInt8)
    case scalar
    case run
  }

  /// Matching takes at most so many steps for each byte of a text.
  package static let byteCountMax = 1_024

  private let pieces: [Piece]

  /// Nil when the pattern is too long.
  package init?(_ utf8: [UInt8]) {
    guard utf8.count <= TextPattern.byteCountMax else { return nil }
    var pieces: [Piece] = []
    var isEscaped = false
    for (place, byte) in utf8.enumerated() {
      if !isEscaped, byte == UInt8(ascii: "\\"), place + 1 < utf8.count {
        isEscaped = true
        continue
      }
      let piece = isEscaped ? .byte(byte) : TextPattern.piece(byte)
      if piece != .run || pieces.last != .run { pieces.append(piece) }
      isEscaped = false
    }
    self.pieces = pieces
  }

  private static func piece(_ byte: UInt8) -> Piece {
    switch byte {
    case UInt8(ascii: "%"): .run
    case UInt8(ascii: "_"): .scalar
    default: .byte(byte)
    }
  }

  /// Takes pieces in order; where one does not fit, the last `%` takes one byte more.
  package func matches(_ text: [UInt8]) -> Bool {
    var (place, next) = (0, 0)
    var retry: (place: Int, next: Int)?
    while place < text.count {
      if next < pieces.count, pieces[next] == .run {
        next += 1
        retry = (place, next)
      } else if next < pieces.count, let length = TextPattern.length(pieces[next], text, at: place) {
        (place, next) = (place + length, next + 1)
      } else if let last = retry {
        retry = (last.place + 1, last.next)
        (place, next) = (last.place + 1, last.next)
      } else {
        return false
      }
    }
    return pieces[next...].allSatisfy { $0 == .run }
  }

  /// How many bytes of the text a piece takes; nil when it does not fit.
  private static func length(_ piece: Piece, _ text: [UInt8], at place: Int) -> Int? {
    switch piece {
    case .byte(let byte): return text[place] == byte ? 1 : nil
    case .run: return nil
    case .scalar:
      guard !isContinuation(text[place]) else { return nil }
      var end = place + 1
      while end < text.count, isContinuation(text[end]) { end += 1 }
      return end - place
    }
  }

  private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}

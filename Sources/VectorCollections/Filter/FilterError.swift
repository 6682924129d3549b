internal import Primitives

/// Why a text is no filter, and where.
package struct FilterError: Error, Equatable, CustomStringConvertible {
  package let reason: String
  package let text: String
  /// The first byte that is wrong; the text's byte count where something is missing at its end.
  package let offset: Int

  private static let charactersBefore = 60
  private static let charactersBehind = 40

  init(_ reason: String, in text: String, at offset: Int) {
    self.reason = reason
    self.text = text
    self.offset = offset
  }

  /// Counts from 1, in Unicode scalars.
  package var character: Int { before.count + 1 }

  package var description: String { "\(reason) at character \(character)" }

  /// The text around the place, safe to print, and a caret below it on a line of its own.
  package var marked: String {
    let left = Printable.string(FilterError.text(before.suffix(FilterError.charactersBefore)))
    let behind = Array(String(decoding: text.utf8.dropFirst(offset), as: UTF8.self).unicodeScalars)
    let right = Printable.string(FilterError.text(behind.prefix(FilterError.charactersBehind)))
    let front = before.count > FilterError.charactersBefore ? "…" + left : left
    let end = behind.count > FilterError.charactersBehind ? "…" : ""
    return front + right + end + "\n" + String(repeating: " ", count: front.unicodeScalars.count) + "^"
  }

  private var before: [Unicode.Scalar] {
    Array(String(decoding: text.utf8.prefix(offset), as: UTF8.self).unicodeScalars)
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars)
    return text
  }
}

extension Preamble {
  /// Reader feature bits (formats/README.md, Evolution). What a bit means, the object's type decides.
  package struct Features: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
      self.rawValue = rawValue
    }

    /// Of a pack: its digest is one of pieces (formats/pack.md §3).
    package static let digestOfPieces = Features(rawValue: 1 << 0)

    /// Of a pack: its digest is one of heads (formats/pack.md §3).
    package static let digestOfHeads = Features(rawValue: 1 << 1)

    /// Of a segment: behind its origins stand sums by run (formats/segment.md §4).
    package static let sumsByRun = Features(rawValue: 1 << 0)

    /// Those this program can read.
    package static func known(of type: ObjectType) -> Features {
      switch type {
      case .pack: [.digestOfPieces, .digestOfHeads]
      case .segment: .sumsByRun
      default: []
      }
    }
  }
}

/// What an object asks of those who append to its line or rewrite it (formats/README.md, Evolution).
package struct WriterRequirement: Sendable, Equatable {
  /// Writer feature bits: version 1 has none, so this program knows none.
  let bits: UInt32

  package static let none = WriterRequirement(bits: 0)

  init(bits: UInt32) {
    self.bits = bits
  }

  /// Why nothing may be built upon the object; nil where it may.
  package func refusal(_ subject: StaticString) -> FormatError? {
    guard bits != 0 else { return nil }
    let bit = bits.trailingZeroBitCount
    return .unsupported(
      "\(subject)", "writers must know feature bit \(bit), and this program does not: it can only be read")
  }
}

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

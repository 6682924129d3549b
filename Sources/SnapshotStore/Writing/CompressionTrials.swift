package import SnapshotFormat

/// Remembers whether it was worth to compress whole chunks.
///
/// After eight frames in a row that did not become smaller, one in sixteen is tried.
package struct CompressionTrials {
  private var rejectedInARow = 0
  private var skipped = 0

  package init() {}

  package mutating func shouldTry(_ kind: FrameKind) -> Bool {
    guard kind == .chunks, rejectedInARow >= 8 else { return true }
    skipped += 1
    return skipped.isMultiple(of: 16)
  }

  package mutating func note(_ kind: FrameKind, wasTried: Bool, isCompressed: Bool) {
    guard kind == .chunks, wasTried else { return }
    rejectedInARow = isCompressed ? 0 : rejectedInARow + 1
  }
}

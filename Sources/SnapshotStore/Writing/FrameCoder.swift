internal import Primitives
package import SnapshotFormat

/// Forms that fill a frame, before it is encoded.
package struct FrameDraft: Sendable {
  package let raw: [UInt8]
  package let entries: [FrameEntry]
  package let kind: FrameKind

  package init(raw: [UInt8], entries: [FrameEntry], kind: FrameKind) {
    self.raw = raw
    self.entries = entries
    self.kind = kind
  }
}

/// Encodes frames, and decodes each again: a compressor that loses bytes is found before anything depends on them.
final class FrameCoder {
  private let encoder = FrameEncoder()
  private let decoder = FrameDecoder()

  func encode(_ frame: FrameDraft, compresses: Bool) throws(StoreError) -> EncodedFrame {
    let encoded = encoder.encode(
      frame.raw.rawSpan, entries: frame.entries, kind: frame.kind, compresses: compresses)
    let decoded: [UInt8]?
    do throws(FormatError) {
      decoded = try decoder.decode(encoded.bytes.rawSpan).raw
    } catch {
      decoded = nil
    }
    guard let decoded, decoded.rawSpan.isSame(as: frame.raw.rawSpan) else {
      throw .invalid("a frame of \(frame.raw.count) bytes did not decode to what was encoded; nothing was published")
    }
    return encoded
  }
}

/// Remembers whether it was worth to compress whole chunks.
///
/// After eight frames in a row that did not become smaller, one in sixteen is tried.
struct CompressionTrials {
  private var rejectedInARow = 0
  private var skipped = 0

  mutating func shouldTry(_ kind: FrameKind) -> Bool {
    guard kind == .chunks, rejectedInARow >= 8 else { return true }
    skipped += 1
    return skipped.isMultiple(of: 16)
  }

  mutating func note(_ kind: FrameKind, wasTried: Bool, isCompressed: Bool) {
    guard kind == .chunks, wasTried else { return }
    rejectedInARow = isCompressed ? 0 : rejectedInARow + 1
  }
}

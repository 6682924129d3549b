internal import Primitives
internal import SnapshotFormat

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

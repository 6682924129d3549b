internal import Primitives
package import SnapshotFormat

/// Whether the bytes of a cacheable object are what was written under its name, as far as they can tell by themselves.
///
/// It keeps damage of the way from being put where others read. That they are the right bytes, only digests in other
/// objects prove, which every reader checks: checksums are enough here, and cost half or less.
package enum SoundObject {
  package static func isSound(_ key: ObjectKey, _ bytes: [UInt8]) -> Bool {
    guard let name = UniqueName(hex: key.lastComponent) else { return false }
    do throws(FormatError) {
      switch key {
      case .pack(name): _ = try PackReader(bytes.rawSpan, expected: name)
      case .manifest(name): _ = try ManifestRoot.decode(bytes.rawSpan, named: name, expected: nil)
      case .versions(name): _ = try VersionsObject(decoding: bytes.rawSpan, named: name)
      default: return false
      }
      return true
    } catch {
      // What a newer program wrote is for newer programs to judge.
      return error.kind == .unsupported
    }
  }
}

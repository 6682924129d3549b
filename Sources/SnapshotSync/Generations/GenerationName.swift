internal import FileIO
package import Primitives

/// The name of a generation's directory: `gen-<version>-<the first 8 hex digits of its content hash>`.
package struct GenerationName: Sendable, Hashable {
  package let version: UInt64
  private let hash: String

  package init(version: UInt64, contentHash: Digest) {
    self.version = version
    hash = String(contentHash.hex.prefix(8))
  }

  /// Nil for any other name.
  package init?(_ bytes: some Collection<UInt8>) {
    guard let text = String(validating: bytes, as: UTF8.self), text.utf8.count <= 64 else { return nil }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "gen", let version = UInt64(parts[1]), "\(version)" == parts[1],
      parts[2].utf8.count == 8, parts[2].utf8.allSatisfy(GenerationName.isHex)
    else { return nil }
    self.version = version
    hash = String(parts[2])
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }

  package var text: String { "gen-\(version)-\(hash)" }
}

extension GenerationName: PathBeneath {
  package var bytes: [UInt8] { Array(text.utf8) }
}

/// `s3://bucket/prefix`.
package struct S3Address: Sendable, Equatable {
  package let bucket: String
  /// Without a slash at either end; empty for the whole bucket.
  package let prefix: String

  /// - Returns: nil when the bucket's name is none that S3 has, or the prefix has empty or relative parts.
  package init?(uri: String) {
    guard uri.lowercased().hasPrefix("s3://") else { return nil }
    let parts = uri.utf8.dropFirst(5).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard let first = parts.first, S3Address.isBucket(first) else { return nil }
    var levels = parts.dropFirst()[...]
    if levels.last?.isEmpty == true { levels.removeLast() }
    let names = levels.map { String(Substring($0)) }
    guard names.allSatisfy({ !["", ".", ".."].contains($0) && !$0.utf8.contains(0) }) else { return nil }
    bucket = String(Substring(first))
    prefix = names.joined(separator: "/")
    guard prefix.utf8.count <= S3Address.prefixByteCountMax else { return nil }
  }

  /// The keys of a store take up to half of the 1,024 bytes that S3 gives a key.
  private static let prefixByteCountMax = 512

  private static func isBucket(_ name: Substring.UTF8View) -> Bool {
    (3...63).contains(name.count)
      && name.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  /// The key in the bucket of what has `path` in the store.
  package func key(_ path: String) -> String { prefix.isEmpty ? path : "\(prefix)/\(path)" }
}

extension S3Address: CustomStringConvertible {
  package var description: String { prefix.isEmpty ? "s3://\(bucket)" : "s3://\(bucket)/\(prefix)" }
}

internal import Primitives
internal import S3Tier

/// Where a tier lies, read from the address its user gave.
enum StoreLocation: Sendable, Equatable {
  /// The path of a directory.
  case directory(String)
  case bucket(S3Address)

  /// - Throws: `.usage` for an address that is none.
  init(_ uri: String) throws(EngineError) {
    guard !uri.isEmpty, !uri.utf8.contains(0) else {
      throw EngineError(.usage, "the address of the store is empty", advice: "Give --store, or set SNAPCTL_STORE")
    }
    guard let scheme = StoreLocation.scheme(of: uri) else {
      self = .directory(uri)
      return
    }
    switch scheme {
    case "file": self = .directory(try StoreLocation.path(ofFile: uri))
    case "s3":
      guard let address = S3Address(uri: uri) else {
        throw EngineError(
          .usage, "\(Printable.string(uri)) is no bucket and prefix", subject: "s3", advice: "Write s3://bucket/prefix")
      }
      self = .bucket(address)
    default:
      throw EngineError(
        .usage, "\(Printable.string(uri)): no store has such an address", subject: Printable.string(scheme),
        advice: "Use a path, file:///path or s3://bucket/prefix")
    }
  }

  /// What stands before `://`, if that looks like a scheme at all.
  private static func scheme(of uri: String) -> String? {
    let colon = UInt8(ascii: ":")
    guard let end = uri.utf8.firstIndex(of: colon), uri[end...].hasPrefix("://") else { return nil }
    let scheme = uri[..<end]
    guard scheme.first?.isLetter == true, scheme.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else {
      return nil
    }
    return scheme.lowercased()
  }

  private static func path(ofFile uri: String) throws(EngineError) -> String {
    let rest = uri.dropFirst("file://".count)
    guard rest.hasPrefix("/"), let path = percentDecoded(rest), !path.utf8.contains(0) else {
      throw EngineError(.usage, "\(Printable.string(uri)) is not file:/// and a path", advice: "Write file:///path")
    }
    return path
  }

  /// Nil when a `%` is not followed by two hex digits, or the bytes are not UTF-8.
  private static func percentDecoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let code = Hex.bytes(String(decoding: rest.prefix(2), as: UTF8.self).lowercased()) else {
        return nil
      }
      bytes += code
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

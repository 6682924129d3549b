/// The server, and how buckets are named to it.
package struct S3Endpoint: Sendable, Equatable {
  package enum Style: String, Sendable, CaseIterable {
    /// `https://bucket.host/key`: as AWS wants it.
    case virtualHost = "virtual-host"
    /// `https://host/bucket/key`: as most other servers want it.
    case path
  }

  /// `http` or `https`.
  package let scheme: String
  /// With its port, where that is not the scheme's own.
  package let authority: String
  package let region: String
  package let style: Style

  /// AWS's own server of a region.
  package init(region: String) {
    scheme = "https"
    authority = "s3.\(region).amazonaws.com\(region.hasPrefix("cn-") ? ".cn" : "")"
    self.region = region
    style = .virtualHost
  }

  /// - Parameter url: `http://host:port` or `https://host:port`, nothing behind it.
  /// - Returns: nil for any other address.
  package init?(url: String, region: String, style: Style? = nil) {
    guard let end = url.firstRange(of: "://") else { return nil }
    scheme = url[..<end.lowerBound].lowercased()
    var rest = url[end.upperBound...]
    if rest.hasSuffix("/") { rest.removeLast() }
    let isHost = !rest.isEmpty && rest.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "/") }
    guard scheme == "http" || scheme == "https", isHost, !rest.contains("@"), !rest.contains("?") else { return nil }
    let standard = scheme == "http" ? ":80" : ":443"
    authority = String(rest.hasSuffix(standard) ? rest.dropLast(standard.count) : rest).lowercased()
    self.region = region
    let isAWS = authority.hasSuffix(".amazonaws.com") || authority.hasSuffix(".amazonaws.com.cn")
    self.style = style ?? (isAWS ? .virtualHost : .path)
  }

  /// The `Host` of requests for a bucket.
  func host(_ bucket: String) -> String { isInHost(bucket) ? "\(bucket).\(authority)" : authority }

  /// The percent-encoded path of a key; of the bucket itself where the key is empty.
  func path(_ bucket: String, _ key: String) -> String {
    let key = PercentEncoding.encode(key, keepsSlashes: true)
    return isInHost(bucket) ? "/\(key)" : "/\(PercentEncoding.encode(bucket))\(key.isEmpty ? "" : "/")\(key)"
  }

  /// A name with a dot has no certificate of its own.
  private func isInHost(_ bucket: String) -> Bool {
    style == .virtualHost && !(scheme == "https" && bucket.contains("."))
  }
}

internal import HTTPTransport
package import ObjectTier
internal import Primitives
package import SnapshotFormat

extension S3ObjectTier {
  package func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? {
    let response: HTTPResponse
    do throws(TierError) {
      response = try perform(S3Operation(kind: .head, key: path(key)), key, expecting: [200])
    } catch {
      if error.kind == .notFound { return nil }
      throw error
    }
    guard let count = response.header("Content-Length").flatMap({ UInt64($0) }) else {
      throw unusable(key, "HEAD answered without a length")
    }
    return count
  }

  /// What the server's clock is ahead of this host's, in milliseconds and at least; nil where it tells no time.
  package func clockSkewMilliseconds() throws(TierError) -> Int64? {
    let before = client.clocks.wall.now().milliseconds
    let response = try perform(S3Operation(kind: .head, key: path(.store)), .store, expecting: [200, 404])
    let after = client.clocks.wall.now().milliseconds
    guard let date = response.header("Date").flatMap(Timestamp.init(http:))?.milliseconds else { return nil }
    // It is told in whole seconds.
    return date + 999 < before ? date + 999 - before : max(0, date - after)
  }

  package func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    let wanted = range.upperBound - range.lowerBound
    guard let count = Int(exactly: wanted), count <= TierLimits.readByteCountMax else { throw tooLarge(key, wanted) }
    guard count > 0 else { return try nothing(of: key) }
    var operation = S3Operation(kind: .get, key: path(key))
    operation.headers = [HTTPHeader("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")]
    operation.bodyByteCountMax = max(count, S3ObjectTier.errorByteCountMax)
    let response = try perform(operation, key, expecting: [206, 416])
    guard response.status == 206, response.body.count == count else {
      let end = try end(of: key, response)
      guard end < range.upperBound else { throw unusable(key, "GET answered \(response.body.count) of \(count) bytes") }
      throw TierError(
        .tooShort(byteCount: end), key: key, location: location,
        reason: "\(end) bytes where at least \(range.upperBound) are needed")
    }
    return response.body
  }

  /// No bytes, of an object that is there.
  private func nothing(of key: ObjectKey) throws(TierError) -> [UInt8] {
    guard try byteCount(of: key) != nil else {
      throw TierError(.notFound, key: key, location: location, reason: "no such object")
    }
    return []
  }

  /// The byte count of the whole object, which not every server tells beside a refused range.
  private func end(of key: ObjectKey, _ response: HTTPResponse) throws(TierError) -> UInt64 {
    if let total = S3ObjectTier.total(response) { return total }
    return try byteCount(of: key) ?? 0
  }

  /// As the answer says: `bytes 0-9/1234`, `bytes */1234`.
  private static func total(_ response: HTTPResponse) -> UInt64? {
    response.header("Content-Range")?.split(separator: "/").last.flatMap { UInt64($0) }
  }

  package func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    var operation = S3Operation(kind: .get, key: path(key))
    let limit = min(limit, TierLimits.readByteCountMax)
    operation.bodyByteCountMax = max(limit, S3ObjectTier.errorByteCountMax)
    let body: [UInt8]
    do throws(TierError) {
      body = try perform(operation, key, expecting: [200]).body
    } catch {
      guard case .tooLarge = error.kind else { throw error }
      throw tooLarge(key, try byteCount(of: key) ?? UInt64(limit) + 1)
    }
    guard body.count <= limit else { throw tooLarge(key, UInt64(body.count)) }
    return body
  }

  /// Room for what a server says instead of the object.
  private static let errorByteCountMax = 64 << 10

  private func tooLarge(_ key: ObjectKey, _ byteCount: UInt64) -> TierError {
    TierError(.tooLarge(byteCount: byteCount), key: key, location: location, reason: "\(byteCount) bytes at once")
  }

  package func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    var keys: [ObjectKey] = []
    var last = start.map { root + $0.string }
    let limit = min(limit, TierLimits.listCountMax)
    while keys.count < limit {
      let page = try page(prefix, after: last, count: min(limit - keys.count, S3ObjectTier.pageCountMax))
      for object in page.objects {
        guard last.map({ $0.utf8.lexicographicallyPrecedes(object.key.utf8) }) ?? true else {
          throw unusable(nil, "a listing of \(prefix.string) does not ascend")
        }
        last = object.key
        if let key = key(listed: object.key) { keys.append(key) }
      }
      if !page.isTruncated || page.objects.isEmpty { break }
    }
    return keys
  }

  private static let pageCountMax = 1_000

  private func page(
    _ prefix: ObjectPrefix, after last: String?, count: Int
  ) throws(TierError) -> S3Listing {
    var operation = S3Operation(kind: .list, key: "")
    operation.query = [("list-type", "2"), ("max-keys", "\(count)"), ("prefix", root + prefix.string)]
    if let last { operation.query.append(("start-after", last)) }
    operation.bodyByteCountMax = 4 << 20
    let response = try perform(operation, nil, expecting: [200])
    guard let listing = S3Listing(response.body), listing.objects.count <= count else {
      throw unusable(nil, "a listing of \(prefix.string) is answered with what is none")
    }
    return listing
  }

  /// Nil for what has no place in a store.
  private func key(listed key: String) -> ObjectKey? {
    key.hasPrefix(root) ? ObjectKey(listed: String(key.dropFirst(root.count))) : nil
  }
}

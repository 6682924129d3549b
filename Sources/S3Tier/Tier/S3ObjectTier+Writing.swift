internal import Crypto
internal import HTTPTransport
package import ObjectTier
package import Primitives
package import SnapshotFormat

extension S3ObjectTier {
  package func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    var operation = put(key, bytes)
    operation.headers.append(HTTPHeader("If-None-Match", "*"))
    return try perform(operation, key, expecting: [200, 201, 204, 412]).status == 412 ? .exists : .created
  }

  package func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) {
    _ = try perform(put(key, bytes), key, expecting: [200, 201, 204])
  }

  private func put(_ key: ObjectKey, _ bytes: [UInt8]) -> S3Operation {
    var operation = S3Operation(kind: .put, key: path(key))
    operation.body = bytes
    let digest = Array(Insecure.MD5.hash(data: bytes))
    operation.headers = [
      HTTPHeader("Content-MD5", Base64.encode(digest)), HTTPHeader("Content-Type", "application/octet-stream"),
    ]
    return operation
  }

  package func remove(_ key: ObjectKey) throws(TierError) {
    _ = try perform(S3Operation(kind: .delete, key: path(key)), key, expecting: [200, 204, 404])
  }

  /// A copy first: a crash in between leaves the object twice rather than not at all.
  package func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) {
    var operation = S3Operation(kind: .copy, key: path(.quarantine(key, mark: mark)))
    operation.headers = [HTTPHeader("x-amz-copy-source", source(key))]
    let response = try perform(operation, key, expecting: [200])
    // An error may come after the answer has begun.
    let error = S3ErrorBody(response.body)
    guard error.code.isEmpty else { throw unusable(key, "the copy failed: \(Printable.string(error.code))") }
    try remove(key)
  }
}

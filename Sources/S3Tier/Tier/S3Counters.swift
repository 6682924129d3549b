/// What was sent and received, attempts that failed included: what the bill is made of.
package struct S3Counters: Sendable, Equatable {
  /// By kind: get, head, put, list, copy, delete.
  package var requests: [String: Int] = [:]
  /// Of them, those that were sent because one before had failed.
  package var retries = 0
  package var bytesSent: UInt64 = 0
  package var bytesReceived: UInt64 = 0

  package init() {}

  package static func - (later: S3Counters, earlier: S3Counters) -> S3Counters {
    var difference = later
    difference.requests.merge(earlier.requests) { $0 - $1 }
    difference.retries -= earlier.retries
    difference.bytesSent -= earlier.bytesSent
    difference.bytesReceived -= earlier.bytesReceived
    return difference
  }

  /// The requests that were sent: `get 12, put 3`.
  package var requestsByKind: String {
    requests.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      .joined(separator: ", ")
  }
}

/// What was sent and received, attempts that failed included: what the bill is made of.
package struct S3Counters: Sendable, Equatable {
  /// By kind: get, head, put, list, copy, delete.
  package var requests: [String: Int] = [:]
  /// Of them, those that were sent because one before had failed.
  package var retries = 0
  package var bytesSent: UInt64 = 0
  package var bytesReceived: UInt64 = 0

  package init() {}

  package var requestCount: Int { requests.values.reduce(0, +) }
}

import Foundation

/// What the suites of tiers and catalogs are run on beside what every machine has: Tests/Support/conformance.sh.
package enum Elsewhere {
  /// An S3 server with the bucket `tests`, in place of the one of the tests (`TEST_S3_URL`).
  package static let s3URL = ProcessInfo.processInfo.environment["TEST_S3_URL"]
  /// Where one file system is mounted, once or twice, as hosts would see it; files lie there (`TEST_MOUNTS`, with `:`).
  package static let mounts = (ProcessInfo.processInfo.environment["TEST_MOUNTS"] ?? "").split(separator: ":")
    .map(String.init)
}

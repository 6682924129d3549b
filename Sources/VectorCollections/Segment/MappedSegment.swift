package import FileIO

/// A segment that is mapped.
package final class MappedSegment: Sendable {
  private let file: MappedFile

  package init(_ file: consuming MappedFile) {
    self.file = file
  }

  package func withBytes<Value, Failure: Error>(_ body: (RawSpan) throws(Failure) -> Value) throws(Failure) -> Value {
    try file.withBytes(body)
  }
}

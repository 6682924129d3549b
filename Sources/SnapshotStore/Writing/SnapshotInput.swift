/// A file that is to be put into a snapshot.
package protocol SnapshotInput: Sendable {
  /// Its byte count when it was opened.
  var byteCount: UInt64 { get }

  /// Exactly `count` bytes from `offset` on.
  ///
  /// - Throws: `.file`, or `.changed` when the file has become shorter meanwhile.
  func read(at offset: UInt64, count: Int) throws(StoreError) -> [UInt8]

  /// Called after the last byte was read.
  ///
  /// - Throws: `.changed` when the file changed while it was read.
  func checkUnchanged() throws(StoreError)
}

/// A file that is in memory.
package struct BytesInput: SnapshotInput {
  private let bytes: [UInt8]

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  package var byteCount: UInt64 { UInt64(bytes.count) }

  package func read(at offset: UInt64, count: Int) throws(StoreError) -> [UInt8] {
    guard Int(offset) + count <= bytes.count else { throw .invalid("a read past the end of a file in memory") }
    return Array(bytes[Int(offset)..<(Int(offset) + count)])
  }

  package func checkUnchanged() throws(StoreError) {}
}

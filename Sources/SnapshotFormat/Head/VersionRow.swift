package import Primitives

/// One version of a collection as its head tells it (formats/head.md §2). Written once, never changed.
package struct VersionRow: Sendable, Equatable {
  package static let messageByteCountMax = 1_024
  /// The bytes of a row with an empty message: what a count is checked against.
  package static let byteCountMin = 142

  package let version: UInt64
  package let root: SealedReference
  package let contentHash: Digest
  package let created: Timestamp
  package let fileCount: UInt64
  package let recordCount: UInt64
  package let byteCount: UInt64
  /// The write-id of the head that added the row.
  package let writeIdentifier: UniqueName
  package let message: String

  package init(
    version: UInt64, root: SealedReference, contentHash: Digest, created: Timestamp, fileCount: UInt64,
    recordCount: UInt64, byteCount: UInt64, writeIdentifier: UniqueName, message: String
  ) {
    self.version = version
    self.root = root
    self.contentHash = contentHash
    self.created = created
    self.fileCount = fileCount
    self.recordCount = recordCount
    self.byteCount = byteCount
    self.writeIdentifier = writeIdentifier
    self.message = message
  }
}

extension VersionRow {
  package init(from input: inout ByteReader) throws(FormatError) {
    version = try input.integer()
    root = try SealedReference(from: &input)
    contentHash = try input.digest()
    created = try input.timestamp()
    fileCount = try input.integer()
    recordCount = try input.integer()
    byteCount = try input.integer()
    writeIdentifier = try input.uniqueName()
    message = try input.string(limit: VersionRow.messageByteCountMax)
  }

  package func write(to output: inout ByteWriter) {
    output.integer(version)
    root.write(to: &output)
    output.digest(contentHash)
    output.timestamp(created)
    output.integer(fileCount)
    output.integer(recordCount)
    output.integer(byteCount)
    output.uniqueName(writeIdentifier)
    output.string(message)
  }

  /// What of the row is beyond a limit; a writer asks before it writes.
  package func check() throws(FormatError) {
    guard message.utf8.count <= VersionRow.messageByteCountMax, !message.utf8.contains(0) else {
      throw .beyondLimit("version row", "a message of more than 1,024 bytes, or with NUL")
    }
  }
}

extension [VersionRow] {
  /// Rows ascend by one: no gap, no repetition.
  package func checkDense(_ subject: String) throws(FormatError) {
    guard first?.version != 0 else { throw .damaged(subject, "versions count from 1") }
    for (row, next) in zip(self, dropFirst()) where row.version == .max || next.version != row.version + 1 {
      throw .damaged(subject, "version \(next.version) follows \(row.version)")
    }
  }
}

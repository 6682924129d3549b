/// How a file looked when it was left (formats/copy-state.md §2). Saves reading it again; never decides what it is.
package struct FileHint: Sendable, Equatable {
  package static let byteCount = 48
  /// Says nothing.
  package static let none = FileHint(device: 0, inode: 0, modified: 0, changed: 0, byteCount: 0)

  package let device: UInt64
  package let inode: UInt64
  /// Nanoseconds since 1970.
  package let modified: Int64
  /// Nanoseconds since 1970; 0: not recorded.
  package let changed: Int64
  package let byteCount: UInt64

  package init(device: UInt64, inode: UInt64, modified: Int64, changed: Int64, byteCount: UInt64) {
    self.device = device
    self.inode = inode
    self.modified = modified
    self.changed = changed
    self.byteCount = byteCount
  }

  package func write(to output: inout ByteWriter) {
    output.integer(device)
    output.integer(inode)
    output.integer(modified)
    output.integer(changed)
    output.integer(byteCount)
    output.zeros(8)
  }

  package init(from input: inout ByteReader) throws(FormatError) {
    device = try input.integer()
    inode = try input.integer()
    modified = try input.integer()
    changed = try input.integer()
    byteCount = try input.integer()
    try input.reserved(8)
  }
}

extension Page {
  package static func encode(hints: [FileHint]) -> [UInt8] {
    encode(.hints, count: hints.count) { output, _ in
      for hint in hints { hint.write(to: &output) }
    }
  }

  package static func hints(_ bytes: RawSpan) throws(FormatError) -> [FileHint] {
    try decode(bytes, kind: .hints, countMax: Limits.filesInPage) {
      input, _ throws(FormatError) in try FileHint(from: &input)
    }
  }
}

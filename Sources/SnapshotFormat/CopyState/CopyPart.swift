package import Primitives

extension CopyState {
  /// What of the version the copy holds (formats/copy-state.md §6).
  package struct Part: Sendable, Equatable {
    package static let patternCountMax = 256
    package static let patternByteCountMax = 1_024

    /// Of the entries that the patterns give.
    package let contentHash: Digest
    /// Lines of an ignore file, in the order in which they count.
    package let patterns: [String]

    package init(contentHash: Digest, patterns: [String]) {
      self.contentHash = contentHash
      self.patterns = patterns
    }
  }
}

extension CopyState.Part {
  func write(to output: inout ByteWriter) {
    output.digest(contentHash)
    output.integer(UInt16(patterns.count))
    for pattern in patterns { output.string(pattern) }
  }

  init(from input: inout ByteReader) throws(FormatError) {
    contentHash = try input.digest()
    // Each has its byte count and a byte at least.
    let count = try input.count(UInt16.self, width: 3, limit: CopyState.Part.patternCountMax)
    guard count > 0 else { throw input.damaged("no pattern of the part") }
    var patterns: [String] = []
    for _ in 0..<count {
      let pattern = try input.string(limit: CopyState.Part.patternByteCountMax)
      guard CopyState.Part.isPattern(pattern) else { throw input.damaged("a pattern of the part") }
      patterns.append(pattern)
    }
    self.patterns = patterns
  }

  /// Whether a text can be a pattern: one line, of a length within the limit.
  package static func isPattern(_ text: String) -> Bool {
    (1...patternByteCountMax).contains(text.utf8.count) && !text.utf8.contains { $0 == 0x0A || $0 == 0 }
  }
}

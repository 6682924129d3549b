internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// What a generation says of itself where it is a part of its version (formats/copy-state.md §4).
package enum PartFile {
  private static let byteCountMax = CopyState.Part.patternCountMax * (CopyState.Part.patternByteCountMax + 1)

  static func write(_ patterns: PartPatterns, in generation: borrowing Directory) throws(FileError) {
    let file = try generation.open(StatePath.part, for: .newFile(.immutable))
    try file.write(Array(patterns.patterns.map { $0 + "\n" }.joined().utf8), at: 0)
    try file.sync()
  }

  /// The part of its version that a directory is as a generation; nil where it is none, or of all of it.
  ///
  /// - Throws: for a file of that name that cannot be read, or says nothing.
  package static func read(directory: String) throws(SyncError) -> PartPatterns? {
    let bytes = try filing { () throws(FileError) -> [UInt8]? in
      let tree = try Directory(path: directory)
      guard try tree.statusIfPresent(of: StatePath.part) != nil else { return nil }
      return try tree.open(StatePath.part, for: .read).readAll(limit: byteCountMax)
    }
    guard let bytes else { return nil }
    let lines = bytes.split(separator: UInt8(ascii: "\n")).compactMap { String(validating: $0, as: UTF8.self) }
    guard !lines.isEmpty, lines.allSatisfy(CopyState.Part.isPattern) else {
      throw .store(.invalid("\(Printable.string(directory))/\(StatePath.part) says nothing that can be read"))
    }
    return PartPatterns(lines)
  }
}

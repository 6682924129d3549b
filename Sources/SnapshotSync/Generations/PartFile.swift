internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// What a generation says of itself where it is a part of its version (formats/copy-state.md §4).
package enum PartFile {
  private static let byteCountMax = CopyState.Part.patternCountMax * (CopyState.Part.patternByteCountMax + 1)

  static func write(_ patterns: PartPatterns, in generation: borrowing Directory) throws(FileError) {
    let file = try generation.open(StatePath.part, for: .newFile(.immutable))
    try file.write(bytes(of: patterns), at: 0)
    try file.sync()
  }

  /// The same, at once, of a tree that is there: of a generation whose entries other patterns give as well, or of a
  /// plain copy whose files are being removed one by one, until its state tells of it.
  static func replace(_ patterns: PartPatterns?, in tree: LocalTree, random: any RandomSource) throws(SyncError) {
    guard let patterns else {
      _ = try filing { () throws(FileError) in try tree.directory.unlinkIfPresent(StatePath.part) }
      return
    }
    let writer = DurableWriter(temporaryDirectory: StatePath.temporary, durability: .full, random: random)
    do throws(DurableWriteError) {
      try writer.replace(StatePath.part, in: tree.directory, mode: .immutable) { file throws(FileError) in
        try file.write(bytes(of: patterns), at: 0)
      }
    } catch {
      throw .file(error.cause)
    }
    try? tree.directory.removeTree(StatePath.temporary)
  }

  private static func bytes(of patterns: PartPatterns) -> [UInt8] {
    Array(patterns.patterns.map { $0 + "\n" }.joined().utf8)
  }

  /// The part of its version that a directory is as a generation; nil where it is none, or of all of it.
  ///
  /// - Throws: for a file of that name that cannot be read, or says nothing.
  package static func read(directory: String) throws(SyncError) -> PartPatterns? {
    try read(LocalTree(try filing { () throws(FileError) in try Directory(path: directory) }))
  }

  static func read(_ tree: LocalTree) throws(SyncError) -> PartPatterns? {
    let directory = tree.directory.path
    let bytes = try filing { () throws(FileError) -> [UInt8]? in
      guard try tree.directory.statusIfPresent(of: StatePath.part) != nil else { return nil }
      return try tree.directory.open(StatePath.part, for: .read).readAll(limit: byteCountMax)
    }
    guard let bytes else { return nil }
    let lines = bytes.split(separator: UInt8(ascii: "\n")).map { String(validating: $0, as: UTF8.self) }
    guard (1...CopyState.Part.patternCountMax).contains(lines.count),
      lines.allSatisfy({ $0.map(CopyState.Part.isPattern) == true })
    else { throw .store(.invalid("\(Printable.string(directory))/\(StatePath.part) says nothing that can be read")) }
    return PartPatterns(lines.compactMap(\.self))
  }
}

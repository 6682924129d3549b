internal import Primitives

/// A name as a directory lists it.
package struct DirectoryEntry: Sendable, Equatable {
  /// One component, not empty, neither `.` nor `..`.
  package let name: [UInt8]
  /// `.unknown` where the file system does not say; then `status(of:)` does.
  package let kind: FileKind
}

extension DirectoryEntry: PathBeneath {
  package var bytes: [UInt8] { name }
}

extension Directory {
  /// All names, in ascending order of bytes.
  /// - Throws: `.tooLarge` when there are more than `limit`.
  package func list(limit: Int = FileLimits.directoryEntryCountMax) throws(FileError) -> [DirectoryEntry] {
    var entries: [DirectoryEntry] = []
    var nameByteCount = 0
    try forEachEntry { entry throws(FileError) in
      entries.append(entry)
      nameByteCount += entry.name.count
      guard entries.count <= limit, nameByteCount <= FileLimits.directoryNameByteCountMax else {
        throw FileError(.list, location, .tooLarge)
      }
    }
    entries.sort { $0.name.lexicographicallyPrecedes($1.name) }
    return entries
  }

  /// Calls `body` with each name, in no order; memory does not grow with the directory.
  package func forEachEntry(_ body: (DirectoryEntry) throws(FileError) -> Void) throws(FileError) {
    // A descriptor of its own: the position in a directory belongs to the descriptor, and others may be listing too.
    let listing = try reopened()
    var buffer = [UInt8](repeating: 0, count: FileLimits.listingByteCount)
    while true {
      let count = try listing.fill(&buffer)
      guard count > 0 else { return }
      try listing.parse(buffer[..<min(count, buffer.count)], body)
    }
  }

  private func fill(_ buffer: inout [UInt8]) throws(FileError) -> Int {
    var result: Result<Int, FileError> = .success(0)
    unsafe buffer.withUnsafeMutableBytes { pointer in
      do throws(FileError) {
        result = .success(try unsafe Syscalls.list(descriptor, into: pointer, location))
      } catch {
        result = .failure(error)
      }
    }
    return try result.get()
  }

  /// getdents64(2): inode 8 bytes, position 8, record length 2, type 1, name and NUL.
  private func parse(
    _ records: ArraySlice<UInt8>, _ body: (DirectoryEntry) throws(FileError) -> Void
  ) throws(FileError) {
    var rest = records
    while !rest.isEmpty {
      guard rest.count > 19 else { throw FileError(.list, location, .failed) }
      let start = rest.startIndex
      let length = Int(rest[start + 16]) | Int(rest[start + 17]) << 8
      guard length > 19, length <= rest.count else { throw FileError(.list, location, .failed) }
      let name = Array(rest[(start + 19)..<(start + length)].prefix { $0 != 0 })
      let kind = FileKind(listed: rest[start + 18])
      rest = rest.dropFirst(length)
      if name == [dot] || name == [dot, dot] { continue }
      // A server may send anything; what no local path can be does not exist here.
      guard RelativePath.isWellFormed(name), !name.contains(slash) else { throw FileError(.list, location, .failed) }
      try body(DirectoryEntry(name: name, kind: kind))
    }
  }
}

private let dot = UInt8(ascii: ".")
private let slash = UInt8(ascii: "/")

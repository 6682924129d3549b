internal import FileIO
internal import Primitives

/// The folder in which ChromaDB keeps the index of one collection: arrays in files whose lengths follow from
/// `header.bin`.
///
/// Files may be longer than that, for room is made ahead; they are never shorter, unless their writer is in the middle.
enum IndexFolder {
  private static let headerByteCount = 100
  private static let layoutVersion: UInt32 = 1

  /// How the folder's files disagree; nil when they do not, or when their layout is unknown.
  static func defect(of folder: RelativePath, in root: borrowing Directory) throws(FileError) -> String? {
    guard let header = try bytes("header.bin", of: folder, root) else { return nil }
    guard header.count == headerByteCount else {
      return header.count < headerByteCount ? "header.bin has only \(header.count) bytes" : nil
    }
    guard UInt32(truncatingIfNeeded: word(header, at: 0, byteCount: 4)) == layoutVersion else { return nil }
    let (count, stride) = (word(header, at: 20, byteCount: 8), word(header, at: 28, byteCount: 8))
    let (data, isBeyond) = count.multipliedReportingOverflow(by: stride)
    guard count < 1 << 40, !isBeyond else { return "header.bin counts \(count) elements" }
    for (name, needed) in [("data_level0.bin", data), ("length.bin", count * 4), ("link_lists.bin", count * 4)] {
      let there = try folder.appending(name.utf8).map { path throws(FileError) in try root.statusIfPresent(of: path) }
      guard let byteCount = (there ?? nil)?.byteCount, byteCount >= needed else {
        if count == 0 { continue }
        return "\(name) is shorter than the \(count) elements of header.bin"
      }
    }
    return count == 0 ? nil : try defect(ofNames: count, of: folder, root)
  }

  /// The names of the elements are written last, as a pickle of which only the beginning and the end are looked at.
  private static func defect(
    ofNames count: UInt64, of folder: RelativePath, _ root: borrowing Directory
  ) throws(FileError) -> String? {
    let name = "index_metadata.pickle"
    guard let path = folder.appending(name.utf8), let status = try root.statusIfPresent(of: path) else {
      return "\(name) is not there"
    }
    guard status.byteCount > 0, let first = try bytes(name, of: folder, root),
      try root.open(path, for: .read).read(upTo: 1, at: status.byteCount - 1) == [UInt8(ascii: ".")]
    else { return "\(name) is not complete" }
    if let named = total(first), named != count {
      return "\(name) is of \(named) elements, header.bin of \(count)"
    }
    return nil
  }

  /// The number behind `total_elements_added`, where it stands as it is known to.
  private static func total(_ bytes: [UInt8]) -> UInt64? {
    let key = Array("total_elements_added".utf8)
    guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: key) }) else { return nil }
    let value = bytes[(start + key.count)...]
    let byteCount: Int
    switch value.first {
    case UInt8(ascii: "J"): byteCount = 4
    case UInt8(ascii: "M"): byteCount = 2
    case UInt8(ascii: "K"): byteCount = 1
    default: return nil
    }
    guard value.count > byteCount else { return nil }
    return word(bytes, at: value.startIndex + 1, byteCount: byteCount)
  }

  /// The first bytes of a file; nil when it is not there.
  private static func bytes(
    _ name: String, of folder: RelativePath, _ root: borrowing Directory
  ) throws(FileError) -> [UInt8]? {
    guard let path = folder.appending(name.utf8), try root.statusIfPresent(of: path)?.kind == .file else { return nil }
    return try root.open(path, for: .read).read(upTo: 256, at: 0)
  }

  private static func word(_ bytes: [UInt8], at offset: Int, byteCount: Int) -> UInt64 {
    bytes[offset..<(offset + byteCount)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

internal import Primitives
package import SnapshotFormat

/// One entry of an archive: its headers, as POSIX has them for `pax` (IEEE Std 1003.1, "pax Interchange Format").
///
/// The same entry gives the same bytes, whoever asks: owner, group and time are given, owner and group nameless.
/// - What fits a `ustar` header stands there. A name that is UTF-8 and not ASCII, or too long, a size beyond 8 GiB and
///   an owner beyond 2,097,151 stand in an extended header before it.
/// - A name that is not UTF-8 stands in the `ustar` header as it is; a long one in an extended header that says
///   `hdrcharset=BINARY`.
package struct TarEntry: Sendable, Equatable {
  package static let blockByteCount = 512
  /// An archive is written in records of 20 blocks; the last one is filled up.
  package static let recordByteCount = 20 * blockByteCount

  private let path: [UInt8]
  private let mode: UInt16
  private let type: UInt8
  /// The bytes that follow the headers, before they are filled up to a block.
  package let byteCount: UInt64
  private let target: [UInt8]
  private let owner: Owner
  private let modifiedSeconds: UInt64

  /// - Parameter modifiedSeconds: since 1970, of all entries alike.
  package init(_ entry: FileEntry, owner: Owner = .root, modifiedSeconds: UInt64) {
    mode = entry.mode
    self.owner = owner
    self.modifiedSeconds = min(modifiedSeconds, TarField.greatest(digits: 11))
    switch entry.content {
    case .file(let file):
      (path, type, byteCount, target) = (entry.path.bytes, UInt8(ascii: "0"), file.byteCount, [])
    case .directory:
      (path, type, byteCount, target) = (entry.path.bytes + [slash], UInt8(ascii: "5"), 0, [])
    case .link(let target):
      (path, type, byteCount, self.target) = (entry.path.bytes, UInt8(ascii: "2"), 0, target)
    }
  }

  /// The headers.
  ///
  /// - Parameter index: the entry's number in the archive; it names the extended header.
  package func headers(index: Int) -> [UInt8] {
    var header = TarHeader(
      mode: mode, type: type, owner: owner, byteCount: byteCount, modifiedSeconds: modifiedSeconds)
    let records = records(&header)
    guard !records.isEmpty else { return header.sealed() }
    let body = records.flatMap { TarEntry.record($0.key, $0.value) }
    var extended = TarHeader(
      mode: 0o644, type: UInt8(ascii: "x"), owner: .root, byteCount: UInt64(body.count),
      modifiedSeconds: modifiedSeconds)
    extended.put(Array("PaxHeaders/\(index)".utf8), at: TarField.name)
    return extended.sealed() + body + TarEntry.padding(UInt64(body.count)) + header.sealed()
  }

  /// Bytes in the archive, contents included.
  package func archiveByteCount(index: Int) -> UInt64 {
    UInt64(headers(index: index).count) + byteCount + UInt64(TarEntry.padding(byteCount).count)
  }

  /// What fills `count` bytes up to a block.
  package static func padding(_ count: UInt64) -> [UInt8] {
    let rest = Int(count % UInt64(blockByteCount))
    return rest == 0 ? [] : [UInt8](repeating: 0, count: blockByteCount - rest)
  }

  /// What ends an archive of `count` bytes: two empty blocks, and the rest of the record.
  package static func end(after count: UInt64) -> [UInt8] {
    let least = 2 * blockByteCount
    let rest = Int((count + UInt64(least)) % UInt64(recordByteCount))
    return [UInt8](repeating: 0, count: least + (rest == 0 ? 0 : recordByteCount - rest))
  }

  /// Puts into the header what fits it, and gives the rest.
  private func records(_ header: inout TarHeader) -> [(key: String, value: [UInt8])] {
    var records: [(key: String, value: [UInt8])] = []
    var isBinary = false
    func add(_ key: String, _ value: [UInt8]) {
      records.append((key, value))
      if String(validating: value, as: UTF8.self) == nil { isBinary = true }
    }
    if !header.putPath(path) { add("path", path) }
    if !header.putTarget(target) { add("linkpath", target) }
    if byteCount > TarField.greatest(digits: 11) { add("size", Array("\(byteCount)".utf8)) }
    if owner.user > TarField.greatest(digits: 7) { add("uid", Array("\(owner.user)".utf8)) }
    if owner.group > TarField.greatest(digits: 7) { add("gid", Array("\(owner.group)".utf8)) }
    return isBinary ? [("hdrcharset", Array("BINARY".utf8))] + records : records
  }

  /// `<length> <key>=<value>\n`, where the length counts its own digits.
  private static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
    let body = Array(" \(key)=".utf8) + value + [UInt8(ascii: "\n")]
    var length = body.count
    while "\(length)".utf8.count + body.count != length { length = "\(length)".utf8.count + body.count }
    return Array("\(length)".utf8) + body
  }
}

/// The places of a `ustar` header.
enum TarField {
  static let name = 0..<100
  static let mode = 100..<108
  static let owner = 108..<116
  static let group = 116..<124
  static let byteCount = 124..<136
  static let modified = 136..<148
  static let checksum = 148..<156
  static let type = 156
  static let target = 157..<257
  static let magic = 257..<265
  static let major = 329..<337
  static let minor = 337..<345
  static let prefix = 345..<500

  /// The greatest number of so many octal digits.
  static func greatest(digits: Int) -> UInt64 { (1 << UInt64(3 * digits)) - 1 }
}

/// One `ustar` header block in the making.
struct TarHeader {
  private var bytes = [UInt8](repeating: 0, count: TarEntry.blockByteCount)

  init(mode: UInt16, type: UInt8, owner: Owner, byteCount: UInt64, modifiedSeconds: UInt64) {
    put(octal: UInt64(mode), at: TarField.mode)
    put(octal: min(UInt64(owner.user), TarField.greatest(digits: 7)), at: TarField.owner)
    put(octal: min(UInt64(owner.group), TarField.greatest(digits: 7)), at: TarField.group)
    put(octal: min(byteCount, TarField.greatest(digits: 11)), at: TarField.byteCount)
    put(octal: modifiedSeconds, at: TarField.modified)
    bytes[TarField.type] = type
    put(Array("ustar\u{0}00".utf8), at: TarField.magic)
    put(octal: 0, at: TarField.major)
    put(octal: 0, at: TarField.minor)
  }

  mutating func put(_ value: [UInt8], at field: Range<Int>) {
    bytes.replaceSubrange(
      field.lowerBound..<(field.lowerBound + min(value.count, field.count)), with: value.prefix(field.count))
  }

  private mutating func put(octal number: UInt64, at field: Range<Int>) {
    let digits = String(number, radix: 8)
    put(Array((String(repeating: "0", count: max(0, field.count - 1 - digits.count)) + digits).utf8), at: field)
  }

  /// False when it does not fit, or would mean different names to different readers; what fits is there all the same,
  /// for readers that know no extended header.
  mutating func putPath(_ path: [UInt8]) -> Bool {
    guard let cut = TarHeader.cut(path) else {
      put(path, at: TarField.name)
      return false
    }
    if cut > 0 { put(Array(path[..<(cut - 1)]), at: TarField.prefix) }
    put(Array(path[cut...]), at: TarField.name)
    return !TarHeader.needsCharset(path)
  }

  mutating func putTarget(_ target: [UInt8]) -> Bool {
    put(target, at: TarField.target)
    return target.count <= TarField.target.count && !TarHeader.needsCharset(target)
  }

  /// UTF-8 beyond ASCII: the extended header says which characters are meant. Other bytes are only bytes.
  private static func needsCharset(_ name: [UInt8]) -> Bool {
    !name.allSatisfy { $0 < 0x80 } && String(validating: name, as: UTF8.self) != nil
  }

  /// Where the name begins behind its prefix; nil where no cut fits.
  private static func cut(_ path: [UInt8]) -> Int? {
    if path.count <= TarField.name.count { return 0 }
    let last = path.count - 1
    return path.indices.first { index in
      path[index] == slash && index > 0 && index < last && last - index <= TarField.name.count
        && index <= TarField.prefix.count
    }.map { $0 + 1 }
  }

  /// The block, with its checksum.
  func sealed() -> [UInt8] {
    var sealed = self
    sealed.put([UInt8](repeating: UInt8(ascii: " "), count: 8), at: TarField.checksum)
    let sum = String(sealed.bytes.reduce(0) { $0 + Int($1) }, radix: 8)
    let digits = String(repeating: "0", count: max(0, 6 - sum.count)) + sum
    sealed.put(Array(digits.utf8) + [0, UInt8(ascii: " ")], at: TarField.checksum)
    return sealed.bytes
  }
}

private let slash = UInt8(ascii: "/")

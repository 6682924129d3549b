internal import Primitives
internal import SnapshotFormat

/// What an engine asks of its helper. One message; what it carries stands in the slot.
///
/// ```
/// u32 magic "SNMQ"  u8 version 1  u8 kind  u16 zero  u32 number
/// u64 first  u64 second  u128 mark  bytes16 name  bytes16 start
/// ```
/// | kind | first | second | name | start |
/// |---|---|---|---|---|
/// | 1 open | flags: 1 cache, 2 make it, 4 durable | | path | |
/// | 2 byteCount, 7 remove | | | key | |
/// | 3 readRange | lower bound | upper bound | key | |
/// | 4 readWhole | limit | | key | |
/// | 5 create, 6 replace | bytes in the slot | | key | |
/// | 8 quarantine (mark) | | | key | |
/// | 9 list | limit | | prefix | key, or empty |
/// | 10 probe | argument | | | |
struct MountRequest: Equatable {
  enum Kind: UInt8 {
    case open = 1
    case byteCount, readRange, readWhole, create, replace, remove, quarantine, list, probe
  }

  var kind: Kind
  var number: UInt32 = 0
  var first: UInt64 = 0
  var second: UInt64 = 0
  var mark = UniqueName(high: 0, low: 0)
  var name = ""
  var start = ""

  static let magic: UInt32 = 0x514D_4E53
  /// Raised with every change of what is said; a helper of another version is refused.
  static let version: UInt8 = 1

  init(_ kind: Kind, _ name: String = "", first: UInt64 = 0, second: UInt64 = 0) {
    self.kind = kind
    self.name = name
    self.first = first
    self.second = second
  }

  var encoded: [UInt8] {
    var writer = ByteWriter(capacity: 64 + name.utf8.count + start.utf8.count)
    writer.integer(MountRequest.magic)
    writer.integer(MountRequest.version)
    writer.integer(kind.rawValue)
    writer.integer(UInt16(0))
    writer.integer(number)
    writer.integer(first)
    writer.integer(second)
    writer.uniqueName(mark)
    writer.string(name)
    writer.string(start)
    return writer.bytes
  }

  /// - Throws: for anything that is no request; nothing is taken from bytes that are not there.
  init(decoding bytes: [UInt8]) throws(FormatError) {
    var reader = ByteReader(bytes.rawSpan, of: "request to a mount's helper")
    guard try reader.integer(UInt32.self) == MountRequest.magic else { throw reader.damaged("not a request") }
    guard try reader.integer(UInt8.self) == MountRequest.version else {
      throw .unsupported("request to a mount's helper", "the program and its helper are of different versions")
    }
    guard let kind = Kind(rawValue: try reader.integer()) else { throw reader.damaged("no such request") }
    self.kind = kind
    try reader.reserved(2)
    number = try reader.integer()
    first = try reader.integer()
    second = try reader.integer()
    mark = try reader.uniqueName()
    name = try reader.string(limit: kind == .open ? MountLimits.pathByteCount : MountLimits.keyByteCount)
    start = try reader.string(limit: MountLimits.keyByteCount)
    try reader.finish()
  }
}

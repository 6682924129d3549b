internal import ObjectTier
internal import Primitives
internal import SnapshotFormat

/// What a helper answers. One message; what it carries stands in the slot of the request.
///
/// ```
/// u32 magic "SNMA"  u8 version 1  u8 kind  u8 cause  u8 flag  u32 number
/// u64 value  u64 second  u64 byteCount  bytes16 reason
/// ```
/// `kind` is 0 for what was done, else the kind of the `TierError`, 1 … 9, in the order of `TierError.Kind`; `cause`
/// likewise. `flag` is 1 where `value` counts: the bytes of an error, whether there is an object, whether a listing
/// goes on, whether a create created. `byteCount` bytes stand in the slot. An opened tier gives the helper's process
/// as `value` and the number of its mount as `second`.
struct MountReply: Equatable {
  var error: TierError.Kind?
  var cause: TierError.Kind?
  var number: UInt32 = 0
  var value: UInt64?
  var second: UInt64 = 0
  var byteCount: Int = 0
  var reason = ""

  static let magic: UInt32 = 0x414D_4E53

  init(value: UInt64? = nil, second: UInt64 = 0, byteCount: Int = 0) {
    self.value = value
    self.second = second
    self.byteCount = byteCount
  }

  init(_ error: TierError) {
    self.error = error.kind
    cause = error.cause
    value = error.kind.value
    reason = error.reason
  }

  /// What was refused, as the error of the tier `location`; nil when it was done.
  func failure(_ key: ObjectKey?, _ location: String) -> TierError? {
    error.map { TierError($0, key: key, location: location, reason: reason, cause: cause) }
  }

  var encoded: [UInt8] {
    var writer = ByteWriter(capacity: 64 + reason.utf8.count)
    writer.integer(MountReply.magic)
    writer.integer(MountRequest.version)
    writer.integer(error?.code ?? 0)
    writer.integer(cause?.code ?? 0)
    writer.integer(UInt8(value == nil ? 0 : 1))
    writer.integer(number)
    writer.integer(value ?? 0)
    writer.integer(second)
    writer.integer(UInt64(byteCount))
    writer.string(MountReply.shortened(reason))
    return writer.bytes
  }

  /// - Throws: for anything that is no answer: a helper may have gone mad, and its bytes decide nothing.
  init(decoding bytes: [UInt8]) throws(FormatError) {
    var reader = ByteReader(bytes.rawSpan, of: "answer of a mount's helper")
    guard try reader.integer(UInt32.self) == MountReply.magic else { throw reader.damaged("not an answer") }
    guard try reader.integer(UInt8.self) == MountRequest.version else {
      throw .unsupported("answer of a mount's helper", "the program and its helper are of different versions")
    }
    let (error, cause): (UInt8, UInt8) = (try reader.integer(), try reader.integer())
    let flag = try reader.integer(UInt8.self)
    number = try reader.integer()
    let value = try reader.integer(UInt64.self)
    second = try reader.integer()
    guard let byteCount = Int(exactly: try reader.integer(UInt64.self)), byteCount <= MountLimits.slotByteCount,
      flag <= 1
    else { throw reader.damaged("more bytes than a slot has") }
    self.byteCount = byteCount
    self.value = flag == 1 ? value : nil
    self.error = try MountReply.kind(error, self.value, reader)
    self.cause = try MountReply.kind(cause, nil, reader)
    reason = Printable.string(try reader.string(limit: MountLimits.reasonByteCount))
    try reader.finish()
  }

  private static func kind(
    _ code: UInt8, _ value: UInt64?, _ reader: borrowing ByteReader
  ) throws(FormatError) -> TierError.Kind? {
    guard code != 0 else { return nil }
    guard let kind = TierError.Kind(code: code, value: value) else { throw reader.damaged("no such error") }
    return kind
  }

  /// Cut at a character.
  private static func shortened(_ text: String) -> String {
    guard text.utf8.count > MountLimits.reasonByteCount else { return text }
    var end = text.utf8.index(text.startIndex, offsetBy: MountLimits.reasonByteCount)
    while end.samePosition(in: text.unicodeScalars) == nil { text.utf8.formIndex(before: &end) }
    return String(text[..<end])
  }
}

extension TierError.Kind {
  fileprivate var code: UInt8 {
    switch self {
    case .notFound: 1
    case .tooShort: 2
    case .tooLarge: 3
    case .outcomeUnknown: 4
    case .unsynced: 5
    case .noSpace: 6
    case .stalled: 7
    case .denied: 8
    case .failed: 9
    }
  }

  fileprivate var value: UInt64? {
    switch self {
    case .tooShort(let byteCount), .tooLarge(let byteCount): byteCount
    case .unsynced(let isFull): isFull ? 1 : 0
    case .noSpace(let missing): missing
    case .notFound, .outcomeUnknown, .stalled, .denied, .failed: nil
    }
  }

  fileprivate init?(code: UInt8, value: UInt64?) {
    switch code {
    case 1: self = .notFound
    case 2: self = .tooShort(byteCount: value ?? 0)
    case 3: self = .tooLarge(byteCount: value ?? 0)
    case 4: self = .outcomeUnknown
    case 5: self = .unsynced(isFull: value == 1)
    case 6: self = .noSpace(missing: value)
    case 7: self = .stalled
    case 8: self = .denied
    case 9: self = .failed
    default: return nil
    }
  }
}

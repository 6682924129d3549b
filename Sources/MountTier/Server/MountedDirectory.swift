internal import FileTier
internal import ObjectTier
internal import Primitives
internal import SnapshotFormat

/// The directory that a helper serves, open.
struct MountedDirectory: Sendable {
  private let path: String
  private let tier: FileObjectTier

  init(_ message: [UInt8]) throws(TierError) {
    let request: MountRequest
    do throws(FormatError) {
      request = try MountRequest(decoding: message)
    } catch {
      throw TierError(.failed, key: nil, location: "", reason: "\(error)")
    }
    guard request.kind == .open else {
      throw TierError(.failed, key: nil, location: "", reason: "nothing is open yet")
    }
    let opening = MountOpening(request)
    path = opening.path
    tier = try FileObjectTier.open(opening.path, options: opening.options, random: SystemRandomSource())
  }

  var mount: UInt64 { tier.mountIdentifier }

  /// - Throws: what the tier refuses, and `.failed` for what nobody asks.
  func answer(
    _ request: MountRequest, _ memory: SharedMemory, _ slot: Int, _ probe: MountServer.Probe
  ) throws(TierError) -> MountReply {
    switch request.kind {
    case .open: throw refusal("a directory is open already")
    case .byteCount: return MountReply(value: try tier.byteCount(of: try key(request)))
    case .readRange:
      guard request.first <= request.second else { throw refusal("a range that ends before it begins") }
      return try read(try key(request), request.first..<request.second, memory, slot)
    case .readWhole:
      return put(try tier.read(try key(request), limit: Int(clamping: request.first)), memory, slot)
    case .create:
      return try create(try key(request), request, memory, slot)
    case .replace:
      try tier.replace(try key(request), try payload(request, memory, slot))
    case .remove: try tier.remove(try key(request))
    case .quarantine: try tier.quarantine(try key(request), mark: request.mark)
    case .list: return try list(request, memory, slot)
    case .probe: return put(probe(path, request.first), memory, slot)
    }
    return MountReply()
  }

  /// Straight from the file into the slot.
  private func read(
    _ key: ObjectKey, _ range: Range<UInt64>, _ memory: SharedMemory, _ slot: Int
  ) throws(TierError) -> MountReply {
    let count = Int(clamping: range.upperBound - range.lowerBound)
    try memory.withBytes(min(count, MountLimits.slotByteCount), in: slot) { buffer throws(TierError) in
      try tier.read(key, range: range, into: &buffer)
    }
    return MountReply(byteCount: count)
  }

  /// Straight from the slot into the file.
  private func create(
    _ key: ObjectKey, _ request: MountRequest, _ memory: SharedMemory, _ slot: Int
  ) throws(TierError) -> MountReply {
    let count = try payloadCount(request)
    let outcome = try memory.withBytes(count, in: slot) { bytes throws(TierError) in
      try tier.create(key, bytes.bytes)
    }
    return MountReply(value: outcome == .created ? 1 : 0)
  }

  private func list(_ request: MountRequest, _ memory: SharedMemory, _ slot: Int) throws(TierError) -> MountReply {
    guard let prefix = ObjectPrefix(listed: request.name) else { throw refusal("not a part of a store") }
    let start = try request.start.isEmpty ? nil : key(request.start)
    let limit = min(Int(clamping: request.first), TierLimits.listCountMax)
    var text: [UInt8] = []
    for key in try tier.list(prefix, after: start, limit: limit) {
      guard text.count + key.string.utf8.count < MountLimits.slotByteCount else {
        return put(text, memory, slot, value: 1)
      }
      text += key.string.utf8
      text.append(0)
    }
    return put(text, memory, slot)
  }

  private func put(_ bytes: [UInt8], _ memory: SharedMemory, _ slot: Int, value: UInt64? = nil) -> MountReply {
    let bytes = bytes.count > MountLimits.slotByteCount ? Array(bytes.prefix(MountLimits.slotByteCount)) : bytes
    guard memory.put(bytes, in: slot) else { return MountReply(refusal("there is no memory to share")) }
    return MountReply(value: value, byteCount: bytes.count)
  }

  private func payload(_ request: MountRequest, _ memory: SharedMemory, _ slot: Int) throws(TierError) -> [UInt8] {
    memory.bytes(try payloadCount(request), in: slot)
  }

  private func payloadCount(_ request: MountRequest) throws(TierError) -> Int {
    guard request.first <= UInt64(MountLimits.slotByteCount) else { throw refusal("more bytes than a slot has") }
    return Int(request.first)
  }

  private func key(_ request: MountRequest) throws(TierError) -> ObjectKey { try key(request.name) }

  private func key(_ text: String) throws(TierError) -> ObjectKey {
    guard let key = ObjectKey(listed: text) else { throw refusal("not the name of an object") }
    return key
  }

  private func refusal(_ reason: String) -> TierError {
    TierError(.failed, key: nil, location: "", reason: reason)
  }
}

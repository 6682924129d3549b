internal import FileIO
package import ObjectTier
package import Primitives
package import SnapshotFormat

extension MountedTier {
  package func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? {
    try asked(MountRequest(.byteCount, key.string), key).reply.value
  }

  package func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    let count = range.upperBound - range.lowerBound
    guard count <= UInt64(MountLimits.slotByteCount) else { throw tooLarge(key, count) }
    let request = MountRequest(.readRange, key.string, first: range.lowerBound, second: range.upperBound)
    return try asked(request, key) { UInt64($0.bytes.count) == count }.bytes
  }

  package func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    let limit = max(0, limit)
    let request = MountRequest(.readWhole, key.string, first: UInt64(limit))
    return try asked(request, key) { $0.bytes.count <= limit }.bytes
  }

  package func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    guard bytes.count <= MountLimits.slotByteCount else { throw tooLarge(key, UInt64(bytes.count)) }
    let request = MountRequest(.create, key.string, first: UInt64(bytes.count))
    return try asked(request, key, bytes, isWrite: true).reply.value == 1 ? .created : .exists
  }

  package func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) {
    guard bytes.count <= MountLimits.slotByteCount else { throw tooLarge(key, UInt64(bytes.count)) }
    _ = try asked(MountRequest(.replace, key.string, first: UInt64(bytes.count)), key, bytes, isWrite: true)
  }

  package func remove(_ key: ObjectKey) throws(TierError) {
    _ = try asked(MountRequest(.remove, key.string), key)
  }

  package func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) {
    var request = MountRequest(.quarantine, key.string)
    request.mark = mark
    _ = try asked(request, key, isWrite: true)
  }

  package func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    var keys: [ObjectKey] = []
    let limit = min(limit, TierLimits.listCountMax)
    while keys.count < limit {
      var request = MountRequest(.list, prefix.string, first: UInt64(limit - keys.count))
      request.start = (keys.last ?? start)?.string ?? ""
      let answer = try asked(request, nil)
      let more = answer.bytes.split(separator: 0).compactMap { String(validating: $0, as: UTF8.self) }
        .compactMap { ObjectKey(listed: $0) }
      keys += more.prefix(limit - keys.count)
      // A listing that does not fit into a slot comes in parts.
      guard answer.reply.value == 1, !more.isEmpty else { return keys }
    }
    return keys
  }

  /// What the helper's own look at the directory found, as whoever started it put it into bytes.
  package func probe(_ argument: UInt64) throws(TierError) -> [UInt8] {
    try asked(MountRequest(.probe, first: argument), nil).bytes
  }

  private func tooLarge(_ key: ObjectKey, _ byteCount: UInt64) -> TierError {
    TierError(.tooLarge(byteCount: byteCount), key: key, location: location, reason: "\(byteCount) bytes at once")
  }
}

extension MountedTier {
  /// Asks the helper; what changes nothing, once more when the helper ended meanwhile.
  ///
  /// - Parameter isSound: whether an answer can be one; a helper that gives another is given up.
  private func asked(
    _ request: MountRequest, _ key: ObjectKey?, _ payload: [UInt8] = [], isWrite: Bool = false,
    isSound: (MountHelper.Answer) -> Bool = { _ in true }
  ) throws(TierError) -> MountHelper.Answer {
    var mayRepeat = !isWrite
    while true {
      let helper = try connection.helper(deadline)
      switch attempt(request, payload, helper, isSound) {
      case .success(let answer):
        if let error = answer.reply.failure(key, location) { throw refused(error, by: helper) }
        return answer
      case .failure(let failure):
        let mayAskAnother = connection.failed(helper, failure)
        guard mayRepeat, mayAskAnother else { throw failure.error(key, location, isWrite: isWrite) }
        mayRepeat = false
      }
    }
  }

  private func attempt(
    _ request: MountRequest, _ payload: [UInt8], _ helper: MountHelper, _ isSound: (MountHelper.Answer) -> Bool
  ) -> Result<MountHelper.Answer, MountFailure> {
    Result { () throws(MountFailure) in
      let answer = try helper.call(request, payload, connection.wait(until: deadline))
      guard answer.reply.error != nil || isSound(answer) else {
        throw MountFailure(.nonsense, "the helper gave another number of bytes").sent()
      }
      return answer
    }
  }

  /// A file system that nobody stands behind any more is left alone, as one that does not answer is.
  private func refused(_ error: TierError, by helper: MountHelper) -> TierError {
    if error.kind == .stalled || error.cause == .stalled { connection.died(helper, error.reason) }
    return error
  }
}

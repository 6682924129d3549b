internal import ObjectTier
internal import Primitives
internal import S3Tier
internal import SnapshotFormat

/// Tries on an object store what commits stand on (formats/store.md §4): servers differ in how they take conditions.
struct ObjectProbe {
  private let tier: any ObjectTier
  private let key: ObjectKey
  private static let roundCount = 4

  init(_ tier: any ObjectTier) {
    self.tier = tier
    key = ObjectKey(listed: "tmp/doctor-\(UniqueName(random: random).hex)") ?? .store
  }

  private static let first = [UInt8](repeating: 0x5A, count: 4_096)
  private static let second = [UInt8](repeating: 0xA5, count: 4_096)
  static let rights = "Allow this user s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket there"
  static let unfit = "Two writers could overwrite each other here: keep no store on this server"

  /// What `init` will not do without: that of two creates of one name the second is refused, and changes nothing.
  ///
  /// - Throws: what the tier fails with, and `.failed` when the server lets the second pass.
  func refuseIfUnfit() throws(EngineError) {
    defer { try? tier.remove(key) }
    let isFit = try StoreWiring.catching { () throws(TierError) in
      _ = try tier.create(key, ObjectProbe.first)
      return try isExclusive()
    }
    guard !isFit else { return }
    throw EngineError(
      .failed, "\(tier.location): the server ignores `If-None-Match: *` and replaces what is there",
      subject: tier.location, advice: ObjectProbe.unfit)
  }

  private func isExclusive() throws(TierError) -> Bool {
    let outcome = try tier.create(key, ObjectProbe.second)
    guard outcome == .exists else { return false }
    return try tier.read(key, limit: ObjectProbe.first.count) == ObjectProbe.first
  }

  /// Looks at all of it, for `doctor`.
  func run(_ report: inout DoctorReport) {
    defer { try? tier.remove(key) }
    guard
      check(
        "write", "an object can be written", ObjectProbe.rights, &report,
        { () throws(TierError) in
          try tier.create(key, ObjectProbe.first) == .created
        })
    else { return }
    let refusal = "creating a taken name is refused, by `If-None-Match: *`"
    check("exclusive", refusal, ObjectProbe.unfit, &report) { () throws(TierError) in
      try isExclusive()
    }
    check("range", "a part of an object can be read", "Use a server that reads ranges", &report) {
      () throws(TierError) in
      try tier.read(key, range: 1_000..<2_000) == Array(ObjectProbe.first[1_000..<2_000])
    }
    check("list", "what was written is listed at once", "Listings lag here: counts may be old", &report) {
      () throws(TierError) in
      try tier.list(.temporary, after: nil, limit: 1_000).contains(key)
    }
    check("remove", "an object can be removed", ObjectProbe.rights, &report) { () throws(TierError) in
      try tier.remove(key)
      return try tier.byteCount(of: key) == nil
    }
    if let bucket = tier as? S3ObjectTier, let skew = try? bucket.clockSkewMilliseconds() {
      report.clock(aheadMilliseconds: skew)
    }
    latency(&report)
  }

  @discardableResult
  private func check(
    _ name: String, _ text: String, _ advice: String, _ report: inout DoctorReport,
    _ body: () throws(TierError) -> Bool
  ) -> Bool {
    do throws(TierError) {
      let isFine = try body()
      report.add(name, isFine, isFine ? text : "not so: \(text)", advice)
      return isFine
    } catch {
      report.add(name, false, "\(error)", advice)
      return false
    }
  }

  /// How long a write and a look take: the middle one of a few.
  private func latency(_ report: inout DoctorReport) {
    var writes: [UInt64] = []
    var looks: [UInt64] = []
    for _ in 0..<ObjectProbe.roundCount {
      let start = clock.nanoseconds()
      guard (try? tier.replace(key, ObjectProbe.first)) != nil else { return }
      let written = clock.nanoseconds()
      _ = try? tier.byteCount(of: key)
      writes.append(written - start)
      looks.append(clock.nanoseconds() - written)
    }
    report.latency(writes, looks)
  }
}

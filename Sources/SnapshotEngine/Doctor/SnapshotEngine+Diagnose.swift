internal import Catalog
internal import FileIO
internal import FileTier
internal import ObjectTier
internal import Primitives
internal import SnapshotFormat

extension SnapshotEngine {
  /// Looks whether the store's tiers are as the engine needs them: rights, room, exclusive creation, renames, fsync,
  /// clock, latency.
  ///
  /// Writes a few small files into `tmp/` of each tier, and removes them.
  /// - Parameter found: is told of each check, from the thread that does the work.
  /// - Returns: whether all is well.
  /// - Throws: `.usage` for an address or a configuration that cannot be used.
  public static func diagnose(
    _ uri: String, configuration: EngineConfiguration = EngineConfiguration(),
    found: @escaping @Sendable (DiagnosedCheck) -> Void
  ) async throws(EngineError) -> Bool {
    let origin = try StoreLocation(uri)
    let cache = try configuration.cache.map { address throws(EngineError) in try StoreLocation(address) }
    return try await local(configuration) { _ throws(EngineError) in
      var report = DoctorReport(found)
      let opened = diagnoseStore(origin, configuration, &report)
      report.tier = "origin"
      try probe(origin, configuration, .origin, opened, &report)
      if let cache {
        report.tier = "cache"
        try probe(cache, configuration, .cache, .absent, &report)
      }
      return report.isFine
    }
  }

  private static func probe(
    _ location: StoreLocation, _ configuration: EngineConfiguration, _ role: TierRole, _ opened: OpenedStore,
    _ report: inout DoctorReport
  ) throws(EngineError) {
    switch location {
    // What did not answer once need not be waited for again.
    case .directory where opened == .unanswered: return
    case .directory(let path): probe(path, configuration, role, opened.catalog, &report)
    case .bucket:
      let origin = try StoreOrigin(location, configuration, createIfMissing: false)
      ObjectProbe(origin.tier.bounded(by: configuration.deadline)).run(&report)
    }
  }

  /// By whoever touches the directory otherwise, too.
  private static func probe(
    _ path: String, _ configuration: EngineConfiguration, _ role: TierRole, _ catalog: CatalogKind?,
    _ report: inout DoctorReport
  ) {
    do throws(EngineError) {
      let place = try DirectoryPlace(path, configuration)
      guard place.program != nil else { return TierProbe(path, catalog: catalog).run(&report) }
      let options = FileObjectTier.Options(role: role)
      let checks = try StoreWiring.catching { () throws(TierError) in
        try place.open(options).bounded(by: configuration.deadline).probed(for: catalog)
      }
      let mount = place.mount.map { "\($0)" } ?? "what lies there"
      report.add("helper", true, "a helper process touches \(mount), and is left behind when it hangs")
      for check in checks { report.add(check.check, check.isFine, check.found, check.advice) }
    } catch {
      report.add("reach", false, error.message, error.advice)
    }
  }

  /// What opening the store came to.
  private enum OpenedStore: Equatable {
    case store(CatalogKind)
    case absent
    case unanswered

    var catalog: CatalogKind? { if case .store(let catalog) = self { catalog } else { nil } }
  }

  private static func diagnoseStore(
    _ location: StoreLocation, _ configuration: EngineConfiguration, _ report: inout DoctorReport
  ) -> OpenedStore {
    do throws(EngineError) {
      let tier = try StoreOrigin(location, configuration, createIfMissing: false).tier
        .bounded(by: configuration.deadline)
      let identity = try StoreWiring.catching { () throws(CatalogError) in try StoreObject.read(from: tier) }
      report.add("opens", true, "store \(identity.identifier.hex), commits ordered by \(identity.catalog)")
      return .store(identity.catalog)
    } catch {
      report.add("opens", false, error.message, error.advice)
      return error.code == .tierTimeout ? .unanswered : .absent
    }
  }
}

/// Gathers what was found.
struct DoctorReport {
  var tier = "origin"
  private(set) var isFine = true
  private let found: (DiagnosedCheck) -> Void
  /// Records are ordered by clocks; what is ahead by more than this wins over later changes.
  private static let skewMillisecondsMax: Int64 = 5_000

  init(_ found: @escaping (DiagnosedCheck) -> Void) {
    self.found = found
  }

  mutating func add(_ check: String, _ isFine: Bool, _ text: String, _ advice: String = "") {
    self.isFine = self.isFine && isFine
    found(DiagnosedCheck(tier: tier, check: check, isFine: isFine, found: text, advice: isFine ? "" : advice))
  }

  /// Notes the middle one of a few writes and looks, in nanoseconds.
  mutating func latency(_ writes: [UInt64], _ looks: [UInt64]) {
    let (write, look) = (writes.sorted()[writes.count / 2], looks.sorted()[looks.count / 2])
    add(
      "latency", write < 1_000_000_000,
      "a durable write \(DoctorReport.milliseconds(write)) ms, a look \(DoctorReport.milliseconds(look)) ms",
      "A durable write of 4 KiB took longer than a second: look what else uses it")
  }

  /// Notes what the clock of whoever serves the tier is ahead of the one here.
  mutating func clock(aheadMilliseconds skew: Int64) {
    add(
      "clock", abs(skew) <= DoctorReport.skewMillisecondsMax,
      abs(skew) < 1_000 ? "as the clock here" : "\(skew) ms against the clock here",
      "Set the clocks of this machine and of the server by NTP")
  }

  private static func milliseconds(_ nanoseconds: UInt64) -> String {
    let hundredths = nanoseconds / 10_000
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }

  /// Notes what a call came to, and says whether it succeeded.
  @discardableResult
  mutating func attempt(
    _ check: String, _ text: String, advice: String, _ body: () throws(FileError) -> Void
  ) -> Bool {
    do throws(FileError) {
      try body()
      add(check, true, text)
      return true
    } catch {
      add(check, false, "\(error)", advice)
      return false
    }
  }
}

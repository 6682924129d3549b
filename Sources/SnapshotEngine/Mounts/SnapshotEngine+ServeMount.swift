internal import FileIO
internal import MountTier
internal import ObjectTier
internal import Primitives
internal import SnapshotFormat

extension SnapshotEngine {
  /// The first argument of a program that is to be the helper process of a mount.
  public static let serveMountVerb = "serve-mount"

  /// What such a process does: it serves the engine that started it, and returns when that has gone.
  ///
  /// For a program that is to be its own helper (`EngineConfiguration.mountHelperProgram`). To be called before
  /// anything else, when the program's first argument is `serveMountVerb`.
  /// - Returns: the status to exit with; 2 when no engine started the process.
  public static func serveMount() -> Int32 {
    guard let server = MountServer(probe: { path, argument in ProbedChecks.probe(path, argument) }) else { return 2 }
    server.run()
    return 0
  }
}

extension ObjectTier {
  /// What the tier's helper found in the directory; nothing, of a tier without one.
  func probed(for catalog: CatalogKind?) throws(TierError) -> [DiagnosedCheck] {
    guard let tier = self as? MountedTier else { return [] }
    let bytes = try tier.probe(UInt64(catalog?.rawValue ?? 0))
    do throws(FormatError) {
      return try ProbedChecks.decoded(bytes)
    } catch {
      throw TierError(.failed, key: nil, location: location, reason: "\(error)")
    }
  }
}

/// What a helper's `TierProbe` found, in bytes: `u8 isFine, bytes16 check, bytes16 found, bytes16 advice`, repeated.
enum ProbedChecks {
  static func probe(_ path: String, _ argument: UInt64) -> [UInt8] {
    encoded(checks(path, CatalogKind.allCases.first { UInt64($0.rawValue) == argument }))
  }

  static func checks(_ path: String, _ catalog: CatalogKind?) -> [DiagnosedCheck] {
    var checks: [DiagnosedCheck] = []
    // Safe to gather: the report tells of its checks before the probe returns.
    withReport {
      checks.append($0)
    } run: {
      TierProbe(path, catalog: catalog).run(&$0)
    }
    return checks
  }

  private static func withReport(_ found: @escaping (DiagnosedCheck) -> Void, run: (inout DoctorReport) -> Void) {
    var report = DoctorReport(found)
    run(&report)
  }

  static func encoded(_ checks: [DiagnosedCheck]) -> [UInt8] {
    var writer = ByteWriter()
    for check in checks {
      writer.integer(UInt8(check.isFine ? 1 : 0))
      for text in [check.check, check.found, check.advice] { writer.string(String(text.prefix(4_096))) }
    }
    return writer.bytes
  }

  /// - Throws: for bytes that no helper wrote.
  static func decoded(_ bytes: [UInt8]) throws(FormatError) -> [DiagnosedCheck] {
    var reader = ByteReader(bytes.rawSpan, of: "checks of a mount's helper")
    var checks: [DiagnosedCheck] = []
    while !reader.isAtEnd {
      let isFine = try reader.integer(UInt8.self) == 1
      let (check, found, advice) = (try reader.string(), try reader.string(), try reader.string())
      checks.append(DiagnosedCheck(tier: "", check: check, isFine: isFine, found: found, advice: advice))
    }
    return checks
  }
}

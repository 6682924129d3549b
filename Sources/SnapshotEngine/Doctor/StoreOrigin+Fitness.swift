internal import ObjectTier
internal import Primitives
internal import SnapshotFormat

extension StoreOrigin {
  /// What `init` will not do without: that of two creates of one name the second is refused. Tried on servers, and on
  /// what other hosts share; a local file system keeps it.
  ///
  /// - Throws: what the tier fails with, and `.failed` where the second passes.
  func refuseIfUnfit(for catalog: CatalogKind, _ deadline: Deadline) throws(EngineError) {
    switch self {
    case .bucket(let objects): try ObjectProbe(objects.bounded(by: deadline)).refuseIfUnfit()
    case .directory(let files, let place):
      let checks = try StoreWiring.catching { () throws(TierError) -> [DiagnosedCheck] in
        guard try place.isNetwork(files) else { return [] }
        guard place.program != nil else { return ProbedChecks.checks(place.path, catalog) }
        return try files.bounded(by: deadline).probed(for: catalog)
      }
      if let refusal = StoreOrigin.refusal(checks, at: files.location) { throw refusal }
    }
  }

  /// Nil when what commits stand on is there.
  static func refusal(_ checks: [DiagnosedCheck], at location: String) -> EngineError? {
    let needed = ["exclusive", "link", "exclusiveLink"]
    guard let lack = checks.first(where: { needed.contains($0.check) && !$0.isFine }) else { return nil }
    return EngineError(.failed, "\(location): \(lack.found)", subject: location, advice: lack.advice)
  }
}

import Primitives
import SnapshotFormat

/// Versions, tags and holds: acknowledged ones are there once, refused ones never.
extension Oracle {
  func changeFaults() -> [String] {
    var ignored: [String] = []
    var faults: [String] = []
    for line in [World.words, World.tree] {
      let heads = heads(of: line, &ignored)
      let versions = versions(in: heads)
      faults += check("version", world.ledger.creates, line) { mark in versions[mark] ?? [] }
      faults += check("tag", world.ledger.tags, line) { mark in
        Set(heads.flatMap(\.tags).filter { $0.name.string == mark }.map(\.version)).sorted()
      }
      faults += check("hold", world.ledger.holds, line) { mark in
        Set(heads.flatMap(\.holds).filter { $0.label == mark }.map(\.version)).sorted()
      }
      if let last = heads.last { faults += lastFaults(last) }
    }
    return faults
  }

  /// By message, all versions there ever were.
  private func versions(in heads: [Head]) -> [String: [UInt64]] {
    var versions: [String: Set<UInt64>] = [:]
    for row in heads.flatMap(\.rows) { versions[row.message, default: []].insert(row.version) }
    return versions.mapValues { $0.sorted() }
  }

  private func check(
    _ kind: String, _ changes: [String: Ledger.Change], _ line: CollectionName, _ versions: (String) -> [UInt64]
  ) -> [String] {
    changes.sorted { $0.key < $1.key }.filter { $0.value.collection == line }.compactMap { mark, change in
      let found = versions(mark)
      let isRight =
        switch change.outcome {
        case .acknowledged: found == [change.version ?? 0]
        case .refused: found.isEmpty
        case .unknown: found.count <= 1
        }
      return isRight ? nil : "\(kind) \(mark): \(change.outcome) as \(change.version ?? 0), and found as \(found)"
    }
  }

  /// Nobody takes tags away, so all of them stay.
  private func lastFaults(_ head: Head) -> [String] {
    world.ledger.tags.sorted { $0.key < $1.key }.compactMap { mark, change in
      guard change.collection == head.collection, change.outcome == .acknowledged, let tag = TagName(mark) else {
        return nil
      }
      return head.version(tagged: tag) == change.version ? nil : "tag \(mark) was acknowledged, and is gone"
    }
  }
}

import Catalog
import Primitives
import SnapshotFormat

/// Heads: each created once, with one body; what only rises never falls.
extension Oracle {
  func lineFaults() -> [String] {
    var faults = sendingFaults()
    for line in [CollectionName.store, World.words, World.tree] {
      let heads = heads(of: line, &faults)
      for (base, next) in zip(heads, heads.dropFirst()) { faults += stepFaults(base, next) }
    }
    return faults
  }

  /// The heads of a line in order, from what came to be there first under each name.
  func heads(of line: CollectionName, _ faults: inout [String]) -> [Head] {
    var heads: [Head] = []
    for revision in 1...UInt64.max {
      let key = ObjectKey.head(line, revision: revision)
      let landings = world.origin.landings(at: key)
      guard let landing = landings.first else { break }
      if landings.count > 1 { faults.append("\(key) had \(landings.count) bodies") }
      if !landing.isCreated { faults.append("\(key) was not created exclusively") }
      if world.origin.removalCount(of: key) > 0 { faults.append("\(key) was removed") }
      do throws(FormatError) {
        heads.append(try Head(decoding: landing.bytes.rawSpan, collection: line, revision: revision))
      } catch { faults.append("\(key): \(error)") }
    }
    let count = world.origin.landedKeys.count { $0.string.utf8.starts(with: ObjectPrefix.heads(line).string.utf8) }
    if count != heads.count { faults.append("\(line): \(count) revisions, of which 1 … \(heads.count) are dense") }
    return heads
  }

  private func stepFaults(_ base: Head, _ next: Head) -> [String] {
    var faults: [String] = []
    let adds: UInt64 = next.action == .create || next.action == .compact ? 1 : 0
    if next.newestVersion != base.newestVersion + adds {
      faults.append("\(next.key): version \(next.newestVersion) after \(base.newestVersion), by \(next.action)")
    }
    if next.fences.leaseToken < base.fences.leaseToken || next.fences.gcEpoch < base.fences.gcEpoch
      || next.fences.leastIntentEpoch < base.fences.leastIntentEpoch
    {
      faults.append("\(next.key): a fence fell")
    }
    for row in next.rows {
      if let before = base.rows.first(where: { $0.version == row.version }), before != row {
        faults.append("\(next.key): the row of version \(row.version) changed")
      }
    }
    return faults
  }

  /// Under one write-id the same bytes are sent to the same number, always.
  private func sendingFaults() -> [String] {
    var first: [String: [UInt8]] = [:]
    var faults: [String] = []
    for sending in world.origin.sent {
      guard let head = head(sending) else {
        faults.append("\(sending.key): what was sent is no head")
        continue
      }
      let mark = "\(sending.key) \(head.writeIdentifier)"
      if first[mark, default: sending.bytes] != sending.bytes { faults.append("\(sending.key) was sent in two forms") }
      first[mark] = sending.bytes
    }
    return faults
  }

  func head(_ sending: SimulatedOrigin.Sending) -> Head? {
    let parts = sending.key.string.split(separator: "/")
    guard parts.count == 3, let line = CollectionName(pathComponent: parts[1]), let revision = sending.key.number else {
      return nil
    }
    return try? Head(decoding: sending.bytes.rawSpan, collection: line, revision: revision)
  }
}

/// No token is had twice, and whoever was taken over moves no head.
extension Oracle {
  func leaseFaults() -> [String] {
    var faults: [String] = []
    let acquisitions = world.ledger.acquisitions
    // A listing that lags behind may hide the tokens that were.
    if world.weather.staleListingCount == 0, Set(acquisitions.map(\.token)).count != acquisitions.count {
      faults.append("one lease was acquired twice: \(acquisitions.map(\.token))")
    }
    for sending in world.origin.sent {
      guard let token = sending.leaseToken, let landing = world.origin.landings(at: sending.key).first,
        landing.bytes == sending.bytes
      else { continue }
      for taken in acquisitions where taken.isTakeover && taken.token > token && taken.at <= landing.at {
        faults.append("\(sending.key) was moved under token \(token), taken over by \(taken.token)")
      }
    }
    return faults
  }
}

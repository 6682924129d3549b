import Catalog
import ObjectTier
import Primitives
import SnapshotFormat

/// A catalog that sends something else than it is asked to when a head is published.
final class PlantedCatalog: Catalog {
  enum Change {
    /// Another body each time the same head is sent again.
    case anotherBody
    /// Another write-id than the one its writer looks for.
    case anotherMark
    /// No head that raises a token; the lease in the way goes.
    case nothing
  }

  let base: any Catalog
  private let process: SimulatedProcess
  private let change: Change
  private let sent: Held<[UniqueName: Int]>

  convenience init(_ base: any Catalog, _ process: SimulatedProcess, _ change: Change) {
    self.init(base, process, change, Held([:]))
  }

  private init(_ base: any Catalog, _ process: SimulatedProcess, _ change: Change, _ sent: Held<[UniqueName: Int]>) {
    self.base = base
    self.process = process
    self.change = change
    self.sent = sent
  }

  var kind: CatalogKind { base.kind }
  var origin: any ObjectTier { base.origin }
  var hints: RevisionHints { base.hints }

  func bounded(by deadline: Deadline) -> any Catalog {
    PlantedCatalog(base.bounded(by: deadline), process, change, sent)
  }

  func publish(_ publication: HeadPublication, deadline: Deadline) throws(CatalogError) -> CreateOutcome {
    let head = try? Head(
      decoding: publication.bytes.rawSpan, collection: publication.collection, revision: publication.revision)
    guard let head else { return try base.publish(publication, deadline: deadline) }
    if change == .nothing, head.action == .lease {
      for token in 0..<head.fences.leaseToken { try? origin.remove(.lease(head.collection, token: token)) }
      return .created
    }
    do throws(TierError) {
      return try origin.create(publication.key, changed(publication, head))
    } catch {
      throw .tier(error)
    }
  }

  private func changed(_ publication: HeadPublication, _ head: Head) -> [UInt8] {
    sent.value[head.writeIdentifier, default: 0] += 1
    let round = sent.value[head.writeIdentifier] ?? 1
    switch change {
    case .anotherBody:
      return publication.bytes.resealed(
        as: publication.key, head.created.milliseconds.bytes, (head.created.milliseconds + Int64(round)).bytes)
    case .anotherMark:
      return publication.bytes.resealed(
        as: publication.key, head.writeIdentifier.bytes, UniqueName(random: process.random).bytes)
    case .nothing: return publication.bytes
    }
  }
}

extension [UInt8] {
  /// The same object with some bytes changed everywhere, and sealed again.
  fileprivate func resealed(as key: ObjectKey, _ old: [UInt8], _ new: [UInt8]) -> [UInt8] {
    var bytes = Array(dropLast(SealedObject.sealByteCount))
    var index = 0
    while index + old.count <= bytes.count {
      if bytes[index..<index + old.count].elementsEqual(old) {
        bytes.replaceSubrange(index..<index + old.count, with: new)
        index += old.count
      } else {
        index += 1
      }
    }
    return bytes + SealedObject.digest(of: bytes.rawSpan, named: key).bytes + [0, 0]
  }
}

extension Int64 {
  fileprivate var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> Int64(8 * $0)) } }
}

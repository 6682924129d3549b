internal import ObjectTier
internal import Primitives
internal import SnapshotFormat

extension Leases {
  /// What counts right now. Reads the head, lists, and reads the few leases that may count.
  package func look() throws(CatalogError) -> LeaseSighting {
    let head = try catalog.existingHead(of: collection)
    let token = head.fences.leaseToken
    let listed = try list(around: token)
    var holders: [LeaseSighting.Holder] = []
    var last: Lease?
    for listed in listed.suffix(Leases.readCountMax).reversed() {
      guard let found = try read(listed) else { continue }
      if case .lease(let lease) = found {
        last = last ?? lease
        if lease.state == .released { continue }
      }
      if listed >= token { holders.append(found) }
    }
    return LeaseSighting(head: head, listed: listed, holders: holders, last: last)
  }

  /// The tokens that are not nobody's, and a few right below.
  private func list(around token: UInt64) throws(CatalogError) -> [UInt64] {
    let (end, isBeyond) = token.addingReportingOverflow(Leases.windowCount)
    let start = token > Leases.pastCount ? token - Leases.pastCount : 0
    do throws(TierError) {
      let keys = try origin.list(
        .leases(collection), after: .lease(collection, token: start), limit: Leases.listedCountMax)
      return keys.compactMap { key in
        guard let number = key.number, ObjectKey.lease(collection, token: number) == key else { return nil }
        return isBeyond || number <= end ? number : nil
      }
    } catch { throw .tier(error) }
  }

  /// Nil when it is gone.
  private func read(_ token: UInt64) throws(CatalogError) -> LeaseSighting.Holder? {
    do throws(TierError) {
      let bytes = try origin.read(.lease(collection, token: token), limit: Lease.byteCountMax)
      return decode(bytes, token)
    } catch {
      switch error.kind {
      case .notFound: return nil
      case .tooLarge, .denied, .tooShort: return .unreadable(token: token, reason: error.reason)
      case .outcomeUnknown, .unsynced, .noSpace, .stalled, .failed: throw .tier(error)
      }
    }
  }

  private func decode(_ bytes: [UInt8], _ token: UInt64) -> LeaseSighting.Holder {
    do throws(FormatError) {
      return .lease(try Lease(decoding: bytes.rawSpan, collection: collection, token: token))
    } catch {
      return .unreadable(token: token, reason: "\(error)")
    }
  }
}

package import SnapshotFormat

/// What one look at the leases of a collection showed.
package struct LeaseSighting: Sendable, Equatable {
  /// A lease that keeps others waiting.
  package enum Holder: Sendable, Equatable {
    case lease(Lease)
    /// It is there and cannot be read.
    case unreadable(token: UInt64, reason: String)

    package var token: UInt64 {
      switch self {
      case .lease(let lease): lease.token
      case .unreadable(let token, _): token
      }
    }
  }

  /// The head that was the newest right before.
  package let head: Head
  /// The tokens of all names that are not nobody's or were so lately, ascending.
  package let listed: [UInt64]
  /// What counts, the highest token first.
  package let holders: [Holder]
  /// The highest that could be read, whether it counts or not.
  package let last: Lease?

  package init(head: Head, listed: [UInt64], holders: [Holder], last: Lease?) {
    self.head = head
    self.listed = listed
    self.holders = holders
    self.last = last
  }

  package var headToken: UInt64 { head.fences.leaseToken }

  /// The token after all that were ever used.
  package func nextToken(above floor: UInt64 = 0) throws(CatalogError) -> UInt64 {
    let greatest = max(headToken, listed.last ?? 0, floor)
    guard greatest < .max else { throw .refused(.invalid("the tokens of leases are at their end")) }
    return greatest + 1
  }
}

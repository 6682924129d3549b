/// Why there is no answer. Each kind is one the caller acts on differently.
package struct HTTPFailure: Error, Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// No connection came about: nothing was sent.
    case notConnected
    /// No connection, and none to be expected: the address is none, TLS is not spoken there.
    case refused
    /// No connection: nobody who is trusted vouches for the server.
    case untrusted
    /// No byte moved for as long as may be. What was sent may have arrived.
    case stalled
    /// The caller's deadline passed. What was sent may have arrived.
    case deadline
    /// The connection broke. What was sent may have arrived.
    case broken
    /// The body is larger than the caller allows. It was not read to its end.
    case tooLarge
  }

  package let kind: Kind
  package let reason: String

  package init(_ kind: Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }
}

package import Primitives

/// Whose requests they are.
package struct S3Credentials: Sendable, Equatable {
  package let accessKey: String
  package let secretKey: String
  /// Of credentials that were lent for a while.
  package let sessionToken: String?
  /// Until when they are good; nil: until they are changed.
  package let expiration: Timestamp?

  package init(accessKey: String, secretKey: String, sessionToken: String? = nil, expiration: Timestamp? = nil) {
    self.accessKey = accessKey
    self.secretKey = secretKey
    self.sessionToken = sessionToken
    self.expiration = expiration
  }
}

/// Why there are no credentials.
package struct CredentialFailure: Error, Equatable {
  /// Where they were looked for, and what was found there instead.
  package let reason: String

  package init(_ reason: String) {
    self.reason = reason
  }
}

/// One place where credentials may be.
protocol CredentialSource: Sendable {
  /// Nil when this place is not set up; the next one is asked.
  /// - Throws: when it is set up and does not give any: nobody else's are taken instead.
  func credentials(by deadline: Deadline) throws(CredentialFailure) -> S3Credentials?
}

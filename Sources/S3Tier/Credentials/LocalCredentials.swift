internal import Primitives

/// `AWS_ACCESS_KEY_ID` and its companions.
struct EnvironmentCredentials: CredentialSource {
  private let environment: S3Environment

  init(_ environment: S3Environment) {
    self.environment = environment
  }

  func credentials(by _: Deadline) throws(CredentialFailure) -> S3Credentials? {
    switch (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]) {
    case (nil, nil): return nil
    case (let access?, let secret?):
      return S3Credentials(accessKey: access, secretKey: secret, sessionToken: environment["AWS_SESSION_TOKEN"])
    case (nil, _?): throw CredentialFailure("AWS_SECRET_ACCESS_KEY is set, and AWS_ACCESS_KEY_ID is not")
    case (_?, nil): throw CredentialFailure("AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not")
    }
  }
}

/// The profile's section of the credentials file, else of the configuration file.
struct FileCredentials: CredentialSource {
  private let environment: S3Environment

  init(_ environment: S3Environment) {
    self.environment = environment
  }

  func credentials(by _: Deadline) throws(CredentialFailure) -> S3Credentials? {
    let profile = environment.profile
    let places = [
      (environment.credentialsFile, profile),
      (environment.configurationFile, profile == "default" ? profile : "profile \(profile)"),
    ]
    var isKnown = false
    var other: String?
    for (path, section) in places {
      guard let bytes = environment.file(path) else { continue }
      let file = ProfileFile(bytes)
      isKnown = isKnown || file.has(section)
      if let found = try credentials(file, section) { return found }
      other = other ?? file.keys(in: section).first(where: FileCredentials.leadsElsewhere)
    }
    if let other { throw unsupported("the profile \"\(Printable.string(profile))\" has \(Printable.string(other))") }
    if environment["AWS_WEB_IDENTITY_TOKEN_FILE"] != nil { throw unsupported("AWS_WEB_IDENTITY_TOKEN_FILE is set") }
    guard environment["AWS_PROFILE"] != nil, !isKnown else { return nil }
    throw CredentialFailure("AWS_PROFILE is \"\(Printable.string(profile))\", and no shared file has such a profile")
  }

  private func credentials(
    _ file: ProfileFile, _ section: String
  ) throws(CredentialFailure) -> S3Credentials? {
    let access = file.value(of: "aws_access_key_id", in: section)
    let secret = file.value(of: "aws_secret_access_key", in: section)
    if access == nil, secret == nil { return nil }
    guard let access, let secret else {
      let name = Printable.string(section)
      throw CredentialFailure("[\(name)] has one of aws_access_key_id and aws_secret_access_key, and not the other")
    }
    return S3Credentials(
      accessKey: access, secretKey: secret, sessionToken: file.value(of: "aws_session_token", in: section))
  }

  /// Whether a setting says that the profile's keys are to be had somewhere else.
  private static func leadsElsewhere(_ key: String) -> Bool {
    ["role_arn", "credential_process", "web_identity_token_file"].contains(key) || key.hasPrefix("sso_")
  }

  private func unsupported(_ what: String) -> CredentialFailure {
    CredentialFailure(
      "\(what), which is not supported: set AWS_ACCESS_KEY_ID and its companions, as "
        + "`aws configure export-credentials --format env` gives them")
  }
}

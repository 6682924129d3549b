package import Primitives

/// What of the process's surroundings decides how S3 is reached. Passed in, so that a test says what there is.
package struct S3Environment: Sendable {
  package let variables: [String: String]
  /// The bytes of a small file; nil when there is none or it cannot be read.
  package let file: @Sendable (String) -> [UInt8]?

  package init(variables: [String: String], file: @escaping @Sendable (String) -> [UInt8]?) {
    self.variables = variables
    self.file = file
  }

  /// The variable's value; empty counts as not set.
  package subscript(name: String) -> String? {
    variables[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  var profile: String { self["AWS_PROFILE"] ?? self["AWS_DEFAULT_PROFILE"] ?? "default" }
  var credentialsFile: String { self["AWS_SHARED_CREDENTIALS_FILE"] ?? "\(home)/.aws/credentials" }
  var configurationFile: String { self["AWS_CONFIG_FILE"] ?? "\(home)/.aws/config" }
  private var home: String { self["HOME"] ?? "" }

  /// What the configuration file says of the profile in use.
  func configured(_ key: String) -> String? {
    guard let bytes = file(configurationFile) else { return nil }
    let sections = ProfileFile(bytes)
    return sections.value(of: key, in: profile == "default" ? "default" : "profile \(profile)")
  }
}

/// The two clocks of a tier.
package struct S3Clocks: Sendable {
  package let wall: any WallClock
  package let monotonic: SystemClock

  package init(wall: any WallClock, monotonic: SystemClock) {
    self.wall = wall
    self.monotonic = monotonic
  }
}

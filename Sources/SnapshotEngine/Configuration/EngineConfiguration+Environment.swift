internal import Primitives

extension EngineConfiguration {
  /// The defaults, changed by what the environment says.
  ///
  /// - Parameter environment: names and values, such as `ProcessInfo.processInfo.environment`.
  /// - Throws: `.usage` naming the variable and its value, when a value cannot be used; an empty value counts as not
  /// set.
  public init(environment: [String: String]) throws(EngineError) {
    self.init()
    let values = EnvironmentValues(environment)
    cache = values.text("SNAPCTL_CACHE")
    stateDirectory = values.text("SNAPCTL_STATE_DIR")
    s3 = S3Configuration(environment: environment)
    if let text = values.text("SNAPCTL_MODE") {
      guard let mode = Mode(rawValue: text) else {
        throw EnvironmentValues.unusable("SNAPCTL_MODE", text, "auto, origin or cache")
      }
      self.mode = mode
    }
    if let text = values.text("SNAPCTL_MOUNT_HELPER") {
      guard let helper = MountHelper(rawValue: text) else {
        throw EnvironmentValues.unusable("SNAPCTL_MOUNT_HELPER", text, "auto, always or never")
      }
      mountHelper = helper
    }
    mountHelperProgram = values.text("SNAPCTL_HELPER")
    stallTimeoutSeconds = try values.seconds("SNAPCTL_STALL_TIMEOUT_SECONDS") ?? stallTimeoutSeconds
    deadlineSeconds = try values.seconds("SNAPCTL_DEADLINE_SECONDS") ?? deadlineSeconds
    lockTimeoutSeconds = try values.seconds("SNAPCTL_LOCK_TIMEOUT_SECONDS") ?? lockTimeoutSeconds
    lockTimeToLiveSeconds = try values.number("SNAPCTL_LOCK_TTL_SECONDS", 0.1...30) ?? lockTimeToLiveSeconds
    lockAttemptCountMax = try values.count("SNAPCTL_LOCK_MAX_ATTEMPTS", 1...1_000) ?? lockAttemptCountMax
    lockBaseBackoffSeconds =
      try values.number("SNAPCTL_LOCK_BASE_BACKOFF_SECONDS", 0...3_600) ?? lockBaseBackoffSeconds
    readAttemptCountMax = try values.count("SNAPCTL_READ_MAX_ATTEMPTS", 1...100) ?? readAttemptCountMax
    readRetrySeconds = try values.number("SNAPCTL_READ_RETRY_SECONDS", 0...60) ?? readRetrySeconds
    tombstoneRetentionSeconds = try values.number("SNAPCTL_TOMBSTONE_RETENTION_SECONDS", 3_600...1e9)
    lockJitterFactor = try values.number("SNAPCTL_LOCK_JITTER_FACTOR", 0...3_600) ?? lockJitterFactor
  }
}

/// Reads variables, and refuses what cannot be used by name and value.
struct EnvironmentValues {
  private let environment: [String: String]

  init(_ environment: [String: String]) {
    self.environment = environment
  }

  func text(_ name: String) -> String? {
    guard let text = environment[name], !text.isEmpty else { return nil }
    return text
  }

  func seconds(_ name: String) throws(EngineError) -> Double? {
    guard let text = text(name) else { return nil }
    guard let value = Double(text), value > 0, value <= 1e9 else {
      throw EnvironmentValues.unusable(name, text, "seconds, above 0")
    }
    return value
  }

  func number(_ name: String, _ range: ClosedRange<Double>) throws(EngineError) -> Double? {
    guard let text = text(name) else { return nil }
    guard let value = Double(text), range.contains(value) else {
      throw EnvironmentValues.unusable(name, text, "a number, \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func count(_ name: String, _ range: ClosedRange<Int>) throws(EngineError) -> Int? {
    guard let text = text(name) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw EnvironmentValues.unusable(name, text, "a whole number, \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  static func unusable(_ name: String, _ text: String, _ wanted: String) -> EngineError {
    EngineError(
      .usage, "\(name) is \"\(Printable.string(text))\"; it must be \(wanted)", subject: name,
      advice: "Set it to such a value, or unset it for the default")
  }
}

import ArgumentParser
import SnapshotEngine

/// What every verb takes.
struct GlobalOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The store: a path, file:///path or s3://bucket/prefix (SNAPCTL_STORE).", valueName: "uri"))
  var store: String?

  @Option(help: ArgumentHelp("The cache tier: a directory (SNAPCTL_CACHE).", valueName: "uri"))
  var cache: String?

  @Option(help: ArgumentHelp("The server of s3:// (AWS_ENDPOINT_URL_S3); AWS by default.", valueName: "url"))
  var s3Endpoint: String?

  @Option(help: ArgumentHelp("The region of s3:// (AWS_REGION).", valueName: "name"))
  var s3Region: String?

  @Option(help: ArgumentHelp("How buckets are named to the server: virtual-host or path.", valueName: "style"))
  var s3Style: S3Configuration.Style?

  @Flag(help: "Prints one JSON object per line; the last one is the summary.")
  var json = false

  @Flag(help: "Prints no progress and no remarks.")
  var quiet = false

  @Option(help: ArgumentHelp("How progress is shown on stderr: auto, plain, json or none.", valueName: "how"))
  var progress = ProgressStyle.auto

  @Option(help: ArgumentHelp("Threads that hash, compare, encode and decode.", valueName: "n"))
  var jobs: Int?

  @Option(help: ArgumentHelp("A tier that moves no byte for so long counts as stalled (30).", valueName: "seconds"))
  var stallTimeout: Double?

  @Option(help: ArgumentHelp("For the whole command; none by default.", valueName: "seconds"))
  var deadline: Double?

  @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
  var logLevel = LogLevel.warning
}

extension GlobalOptions {
  /// The environment's configuration, changed by the options.
  ///
  /// - Throws: `.usage` naming the variable or option, and its value.
  func configuration(_ environment: [String: String]) throws(EngineError) -> EngineConfiguration {
    var configuration = try EngineConfiguration(environment: environment)
    configuration.cache = cache ?? configuration.cache
    // This program is its own helper, also where it is not in PATH, or was replaced meanwhile.
    configuration.mountHelperProgram = configuration.mountHelperProgram ?? "/proc/self/exe"
    configuration.s3.endpoint = s3Endpoint
    configuration.s3.region = s3Region
    configuration.s3.style = s3Style
    configuration.jobs = jobs ?? configuration.jobs
    configuration.stallTimeoutSeconds = stallTimeout ?? configuration.stallTimeoutSeconds
    configuration.deadlineSeconds = deadline ?? configuration.deadlineSeconds
    return configuration
  }

  /// - Throws: `.usage` when no store is named.
  func storeAddress(_ environment: [String: String]) throws(EngineError) -> String {
    if let store { return store }
    guard let store = environment["SNAPCTL_STORE"], !store.isEmpty else {
      throw EngineError(.usage, "no store is named", advice: "Give --store, or set SNAPCTL_STORE")
    }
    return store
  }

  /// The arguments with global options that stand before the verb moved behind it.
  static func behindVerb(_ arguments: [String]) -> [String] {
    let flags: Set = ["--json", "--quiet"]
    let options: Set = [
      "--store", "--cache", "--progress", "--jobs", "--stall-timeout", "--deadline", "--log-level", "--s3-endpoint",
      "--s3-region", "--s3-style",
    ]
    var index = 0
    while index < arguments.count {
      let name = arguments[index].split(separator: "=", maxSplits: 1).first.map(String.init) ?? ""
      guard flags.contains(name) || options.contains(name) else { break }
      index += options.contains(name) && !arguments[index].contains("=") ? 2 : 1
    }
    guard index > 0, index < arguments.count else { return arguments }
    let verb = arguments[index...].prefix(arguments[index] == Lock.configuration.commandName ? 2 : 1)
    return Array(verb) + arguments[..<index] + arguments[verb.endIndex...]
  }
}

/// How progress is shown.
enum ProgressStyle: String, ExpressibleByArgument, CaseIterable {
  case auto, plain, json, none
}

/// From which level on logs are shown.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
  case trace, debug, info, notice, warning, error, critical
}

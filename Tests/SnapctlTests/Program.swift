import Foundation
import Testing

/// The built `snapctl`, run as a process of its own in a folder of its own.
struct Program: ~Copyable {
  /// What a run came to.
  struct Run {
    let status: Int32
    let output: String
    let errors: String

    /// The objects on stdout, one a line.
    func objects() throws -> [[String: Any]] {
      try output.split(separator: "\n").map { line in
        let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
        return try #require(value as? [String: Any], "not an object: \(line)")
      }
    }

    /// The last object, which must be of a type.
    func last(_ type: String) throws -> [String: Any] {
      let object = try #require(try objects().last, "no object on stdout; stderr: \(errors)")
      #expect(object["type"] as? String == type)
      return object
    }
  }

  /// A folder that goes with the value.
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "snapctl-\(ProcessInfo.processInfo.globallyUniqueString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  /// Runs `snapctl` with the store `store` in the folder.
  func callAsFunction(_ arguments: String..., environment: [String: String] = [:], input: String = "") throws -> Run {
    try run(arguments, environment: environment, input: input)
  }

  func run(_ arguments: [String], environment: [String: String] = [:], input: String = "") throws -> Run {
    let process = Process()
    process.executableURL = Program.location
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = own.merging(environment) { $1 }
    let (output, errors) = (folder.appendingPathComponent("stdout"), folder.appendingPathComponent("stderr"))
    process.standardOutput = try Program.file(output)
    process.standardError = try Program.file(errors)
    let stdin = folder.appendingPathComponent("stdin")
    try Data(input.utf8).write(to: stdin)
    process.standardInput = try FileHandle(forReadingFrom: stdin)
    try process.run()
    process.waitUntilExit()
    return Run(
      status: process.terminationStatus, output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
  }

  private var own: [String: String] {
    ["SNAPCTL_STORE": "store", "HOME": folder.path, "PATH": "/usr/bin:/bin"]
  }

  /// Runs a script in the folder; it ends at the first command that fails, which is a failure of the test.
  func shell(_ script: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", "set -e\n" + script]
    process.currentDirectoryURL = folder
    process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(script)", sourceLocation: sourceLocation)
  }

  /// Starts `snapctl` and does not wait. Its stdout goes to a file of the folder, its stderr to one beside it.
  func start(_ arguments: [String], output: String, environment: [String: String] = [:]) throws -> Process {
    let process = Process()
    process.executableURL = Program.location
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = own.merging(environment) { $1 }
    process.standardOutput = try Program.file(folder.appendingPathComponent(output))
    process.standardError = try Program.file(folder.appendingPathComponent("\(output).errors"))
    try process.run()
    return process
  }

  /// Writes a file into the folder, with the directories above it.
  func write(_ text: String, to path: String) throws {
    let file = folder.appendingPathComponent(path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func text(of path: String) throws -> String {
    String(decoding: try Data(contentsOf: folder.appendingPathComponent(path)), as: UTF8.self)
  }

  /// Waits for what another process does.
  static func until(_ condition: () throws -> Bool) throws {
    let limit = ContinuousClock.now + .seconds(60)
    while try !condition() {
      try #require(ContinuousClock.now < limit, "it did not come to that")
      Thread.sleep(forTimeInterval: 0.01)
    }
  }

  /// A store with the collection `words` at version 1, made of the directory `tree`.
  static func withOneVersion() throws -> Program {
    let program = try Program()
    try program.write("one\n", to: "tree/a")
    try program.write(String(repeating: "line of text\n", count: 20_000), to: "tree/deep/b")
    #expect(try program("init").status == 0)
    #expect(try program("create", "words", "tree", "--tag", "first", "--message", "hello").status == 0)
    return program
  }

  private static func file(_ url: URL) throws -> FileHandle {
    try Data().write(to: url)
    return try FileHandle(forWritingTo: url)
  }

  /// Beside the tests' own program.
  static var location: URL {
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return own.deletingLastPathComponent().appendingPathComponent("snapctl")
  }
}

/// The keys of an object that a script may rely on.
func expect(_ object: [String: Any], has keys: String, sourceLocation: SourceLocation = #_sourceLocation) {
  let missing = keys.split(separator: " ").map(String.init).filter { object[$0] == nil }
  #expect(missing.isEmpty, "missing in \(object)", sourceLocation: sourceLocation)
}

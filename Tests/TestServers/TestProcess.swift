import Foundation

/// A server in a process of its own, which ends with this one: its standard input is a pipe that only this process
/// holds.
final class TestProcess: Sendable {
  /// What it printed first.
  let firstLine: String
  // Held, so that the pipe stays open.
  private let input: FileHandle

  struct Unavailable: Error, CustomStringConvertible {
    let description: String
  }

  /// - Parameters:
  ///   - script: below Tests/Support; prints a line when it is ready, exits 3 with a reason when it cannot be.
  ///   - variables: what its environment has beside that of this process.
  init(_ script: String, _ variables: [String: String] = [:]) throws {
    let support = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Support")
    let (process, input, output) = (Process(), Pipe(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["bash", support.appending(path: script).path]
    process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    self.input = input.fileHandleForWriting
    var line: [UInt8] = []
    while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") {
      line.append(byte)
    }
    firstLine = String(decoding: line, as: UTF8.self)
    guard !firstLine.isEmpty else {
      process.waitUntilExit()
      throw Unavailable(description: "\(script) exited \(process.terminationStatus); its reason stands above")
    }
  }
}

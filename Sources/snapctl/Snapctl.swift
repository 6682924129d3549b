import ArgumentParser
import CSystemCalls
import Glibc
import Primitives
import SnapshotEngine

/// The command line of the snapshot engine.
@main
struct Snapctl: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapctl",
    abstract: "Versioned snapshots of vector data that move only the bytes that changed.",
    discussion: """
      Results go to stdout, progress and logs to stderr. Global options stand before or after the verb. A store or a \
      cache on a network mount is touched by a helper process, which can be left behind when the mount hangs; a verb \
      that reads or writes a directory there runs in one (SNAPCTL_MOUNT_HELPER: auto, always or never).

      Example:
        snapctl init --store /data/store
        export SNAPCTL_STORE=/data/store
        snapctl create words ./words
        snapctl sync words@1 ./copy
      """,
    version: "0.1.0",
    subcommands: storeVerbs + vectorVerbs)

  /// Not asynchronous itself: only here is the main thread still the only one, and what it blocks is blocked in all. It
  /// then waits by itself, because `dispatchMain` would let signals through again.
  static func main() {
    var arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.first == SnapshotEngine.serveMountVerb {
      system_keep_freed_memory(keptByteCount)
      leave(SnapshotEngine.serveMount())
    }
    Signals.prepare()
    if arguments.first == SupervisedProcess.verb {
      guard let rest = SupervisedProcess.begin(Array(arguments.dropFirst())) else {
        leave(EngineError.Code.usage.exitCode)
      }
      arguments = rest
    }
    system_keep_freed_memory(keptByteCount)
    Task.detached { [arguments] in SupervisedProcess.exit(await run(GlobalOptions.behindVerb(arguments))) }
    while true { pause() }
  }

  /// Ends a process that is no verb.
  private static func leave(_ status: Int32) -> Never {
    if status != 0 { Standard.error.write("snapctl: this is what it starts itself with, for a network mount\n") }
    Glibc.exit(status)
  }

  /// Below what an operation may have in flight; see StoreLimits.
  private static let keptByteCount: Int32 = 32 << 20

  private static func run(_ arguments: [String]) async -> Int32 {
    do {
      try check(arguments.first)
      var command = try parseAsRoot(arguments)
      guard let verb = command as? any Verb else {
        // Help and version: what they print comes as an error that is none.
        try command.run()
        return 0
      }
      return await Session.run(verb, arguments)
    } catch {
      return report(error, arguments)
    }
  }

  /// The parser would complain about the options of a verb it does not know, and not about the verb.
  private static func check(_ verb: String?) throws {
    guard let verb, !verb.hasPrefix("-"), verb != "help" else { return }
    let names = configuration.subcommands.flatMap { [$0._commandName] + $0.configuration.aliases }
    guard !names.contains(verb) else { return }
    throw ValidationError("there is no verb \(Printable.string(verb))")
  }

  /// Help and version are results; everything else that stops the parser is a usage error.
  private static func report(_ error: any Error, _ arguments: [String]) -> Int32 {
    let text = fullMessage(for: error)
    guard exitCode(for: error) != .success else {
      Standard.output.write(text + "\n")
      return 0
    }
    let failure = EngineError(.usage, safe(message(for: error)), advice: "See `snapctl help`")
    Standard.error.write(safe(text) + "\n")
    if arguments.contains("--json") { Standard.output.write(failure.json.line) }
    return failure.exitCode
  }

  /// The parser quotes its arguments as they are.
  private static func safe(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { Printable.string(String($0)) }
      .joined(separator: "\n")
  }
}

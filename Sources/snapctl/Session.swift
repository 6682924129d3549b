import ArgumentParser
import Foundation
import Glibc
import Primitives
import SnapshotEngine
import Synchronization

/// A verb: it parses its arguments, makes one call, prints.
protocol Verb: ParsableCommand {
  var global: GlobalOptions { get }

  /// The paths of this machine that the verb touches, but for those of a store and a cache that it opens.
  func paths(_ configuration: EngineConfiguration) -> [String]

  /// Gives the exit status of what is no failure: 0, or 3, 4, 11.
  func run(in session: Session) async throws(EngineError) -> Int32
}

extension Verb {
  func paths(_ configuration: EngineConfiguration) -> [String] { [] }
}

/// One run of the program: its options, its console, and the store, once it is open.
final class Session: Sendable {
  let console: Console
  private let options: GlobalOptions
  private let environment: [String: String]
  private let engine = Mutex<SnapshotEngine?>(nil)

  private init(_ options: GlobalOptions) {
    self.options = options
    console = Console(options)
    LogOutput.bootstrap(options.logLevel)
    environment = ProcessInfo.processInfo.environment
  }

  /// Runs a verb, or has it run where it may hang, and gives the status to exit with.
  static func run(_ verb: some Verb, _ arguments: [String]) async -> Int32 {
    let session = Session(verb.global)
    Signals.onInterrupt { session.stop() }
    do throws(EngineError) {
      // A bad value is an error even where nothing needs it.
      let configuration = try session.configuration()
      if let supervisor = try Supervisor.start(on: verb.paths(configuration), arguments, configuration) {
        return try session.watch(supervisor)
      }
      return try await verb.run(in: session)
    } catch {
      session.console.failure(error)
      return error.exitCode
    }
  }

  private func watch(_ supervisor: Supervisor) throws(EngineError) -> Int32 {
    let process = supervisor.process
    Signals.onInterrupt { kill(process, Signals.wasTerminated ? SIGTERM : SIGINT) == 0 }
    do {
      return try supervisor.run()
    } catch {
      Session.end(soonWith: error.exitCode)
      throw error
    }
  }

  /// Ends this process, whether somebody reads the little it has yet to say or not.
  private static func end(soonWith status: Int32) {
    let ending = BlockingThread {
      usleep(lastWordsMicroseconds)
      _exit(status)
    }
    ending?.detach()
  }

  private static let lastWordsMicroseconds: UInt32 = 500_000

  func configuration() throws(EngineError) -> EngineConfiguration {
    try options.configuration(environment)
  }

  func storeAddress() throws(EngineError) -> String {
    try options.storeAddress(environment)
  }

  /// The store the options name, open; or another, for verbs that name theirs.
  func open(
    _ store: String? = nil, _ change: (inout EngineConfiguration) -> Void = { _ in }
  ) async throws(EngineError) -> SnapshotEngine {
    var configuration = try configuration()
    change(&configuration)
    let address = if let store { store } else { try storeAddress() }
    let opened = try await SnapshotEngine.open(address, configuration: configuration)
    engine.withLock { $0 = opened }
    return opened
  }

  /// False when nothing is open that could stop.
  private func stop() -> Bool {
    guard let engine = engine.withLock({ $0 }) else { return false }
    engine.stop()
    return true
  }
}

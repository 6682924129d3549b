internal import Logging
internal import Primitives
internal import SnapshotStore

/// A store of versioned snapshots, open for reading and writing.
///
/// ```swift
/// let engine = try await SnapshotEngine.open("/data/store")
/// let created = try await engine.create("words", from: "/data/words")
/// try await engine.sync("words@\(created.version)", to: "/fast/words")
/// ```
/// - Collections and versions are named as in `snapctl`: `words`, `words@12`, `words@blessed`, `words@latest`.
/// - Every call runs on a thread of its own and suspends the caller; the cooperative pool is never blocked.
/// - Cancelling the task stops the call at its next step with `.interrupted`; nothing half-done is visible.
/// - Everything thrown is an `EngineError`. Unless its code is `.outcomeUnknown`, the call published nothing.
/// - Many calls may run at once, in one process and in many.
public final class SnapshotEngine: Sendable {
  /// What the engine was opened with.
  public let configuration: EngineConfiguration
  /// The address of the store, as it was given.
  public let store: String
  let wiring: StoreWiring
  let calls: BlockingCalls
  let appends = AppendQueue()
  private let logger = Logger(label: "snapshot-engine")
  private let stopAll = StopSignal()

  private init(_ store: String, _ wiring: StoreWiring, _ configuration: EngineConfiguration, _ calls: BlockingCalls) {
    self.store = store
    self.wiring = wiring
    self.configuration = configuration
    self.calls = calls
  }

  /// Opens the store at `uri`: a path, or `file:///path`.
  ///
  /// - Throws: `.notFound` when there is none, `.usage` for an address or a configuration that cannot be used.
  public static func open(
    _ uri: String, configuration: EngineConfiguration = EngineConfiguration()
  ) async throws(EngineError) -> SnapshotEngine {
    if let defect = configuration.defect { throw EngineError(.usage, defect) }
    let calls = BlockingCalls(countMax: configuration.blockingCallCountMax)
    let wiring = try await calls.run(stop: StopSignal()) { () throws(EngineError) in
      try StoreWiring(try StoreLocation(uri), configuration)
    }
    return SnapshotEngine(uri, wiring, configuration, calls)
  }

  /// Ends all calls under way at their next step, with `.interrupted`. The engine cannot be used afterwards.
  public func stop() {
    stopAll.raise()
  }

  /// Runs `body` on a thread of its own, with a store whose work stops with the task.
  ///
  /// - Parameter moved: is told of the bytes of every read and write of packs and roots.
  func perform<Value: Sendable>(
    _ name: StaticString = #function, moved: (@Sendable (Int) -> Void)? = nil,
    _ body: @escaping @Sendable (EngineCall) throws(EngineError) -> Value
  ) async throws(EngineError) -> Value {
    let call = EngineCall(wiring, configuration, stop: StopSignal(), stopAll: stopAll, moved: moved)
    return try await calls.run(stop: call.stop) { [logger] () throws(EngineError) in
      defer {
        logger.debug("\(name)", metadata: call.measures)
        call.countCaching()
      }
      do throws(EngineError) {
        return try body(call)
      } catch {
        throw call.isStopped ? EngineError(.interrupted, "interrupted; nothing half-done is visible") : error
      }
    }
  }
}

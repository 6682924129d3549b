internal import Primitives
internal import SnapshotFormat
internal import Synchronization
internal import VectorCollections

/// Appends that wait for their turn. Those that come while a delta is written share the next one, and its sync.
final class AppendQueue: Sendable {
  typealias Groups = AppendGroups<AppendTicket>

  private let groups = Mutex(Groups())

  /// Waits until the work is durable, or was refused.
  ///
  /// - Parameter write: writes a group as one delta, and answers each of it. Called one at a time for each line.
  func append(
    _ request: AppendRequest, _ line: Groups.Line, byteCount: Int,
    write: @escaping @Sendable ([AppendRequest]) async -> [Result<AppendOutcome, EngineError>]
  ) async throws(EngineError) -> AppendOutcome {
    let ticket = AppendTicket(request)
    let leads = groups.withLock {
      $0.join(line, ticket, byteCount: byteCount, operationCount: request.operations.count)
    }
    // Not the caller's own task: others wait for what it does, whether or not the caller is cancelled.
    if leads { Task { await self.serve(line, write) } }
    let outcome = await withTaskCancellationHandler {
      await ticket.outcome
    } onCancel: {
      if groups.withLock({ $0.withdraw(line, ticket.id) }) {
        ticket.resolve(.failure(EngineError(.interrupted, "interrupted; nothing was appended")))
      }
    }
    return try outcome.get()
  }

  private func serve(
    _ line: Groups.Line, _ write: @Sendable ([AppendRequest]) async -> [Result<AppendOutcome, EngineError>]
  ) async {
    while let group = groups.withLock({ $0.next(line) }) {
      let outcomes = await write(group.map(\.request))
      for (ticket, outcome) in zip(group, outcomes) { ticket.resolve(outcome) }
    }
  }
}

/// An append, and whoever waits for it.
final class AppendTicket: Sendable, Identifiable {
  private enum State {
    case open
    case awaited(CheckedContinuation<Result<AppendOutcome, EngineError>, Never>)
    case resolved(Result<AppendOutcome, EngineError>)
  }

  let request: AppendRequest
  private let state = Mutex(State.open)

  init(_ request: AppendRequest) {
    self.request = request
  }

  /// For one who waits.
  var outcome: Result<AppendOutcome, EngineError> {
    get async {
      await withCheckedContinuation { continuation in
        let known: Result<AppendOutcome, EngineError>? = state.withLock { state in
          if case .resolved(let outcome) = state { return outcome }
          state = .awaited(continuation)
          return nil
        }
        if let known { continuation.resume(returning: known) }
      }
    }
  }

  /// Once.
  func resolve(_ outcome: Result<AppendOutcome, EngineError>) {
    let waiter: CheckedContinuation<Result<AppendOutcome, EngineError>, Never>? = state.withLock { state in
      guard case .awaited(let continuation) = state else {
        state = .resolved(outcome)
        return nil
      }
      state = .resolved(outcome)
      return continuation
    }
    waiter?.resume(returning: outcome)
  }
}

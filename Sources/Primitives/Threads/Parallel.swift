internal import Synchronization

/// Work on many items at once, on threads of its own.
///
/// The engine blocks on files and tiers; threads of the cooperative pool must not. The number of threads is that of the
/// configuration, never that of the items.
package enum Parallel {
  /// Applies `transform` to every item, on at most `jobs` threads, and gives the results in order of the items.
  ///
  /// After a failure no further item is begun; the failure of the first item that failed is thrown.
  package static func map<Item: Sendable, Result: Sendable, Failure: Error>(
    _ items: [Item], jobs: Int, _ transform: @escaping @Sendable (Item) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    guard jobs > 1, items.count > 1 else {
      var results: [Result] = []
      results.reserveCapacity(items.count)
      for item in items { results.append(try transform(item)) }
      return results
    }
    let run = ParallelRun<Item, Result, Failure>(items: items, transform: transform)
    let helpers = (1..<min(jobs, items.count)).compactMap { _ in BlockingThread { run.work() } }
    run.work()
    for helper in helpers { helper.join() }
    return try run.results()
  }
}

extension Parallel {
  /// The digests of chunks, in order.
  package static func digests(of chunks: [[UInt8]], jobs: Int) -> [Digest] {
    map(chunks.batches(of: Digest.batchCount), jobs: jobs) { Digest.ofEach($0) }.flatMap(\.self)
  }
}

extension Array {
  /// The elements in order, `count` at a time, fewer in the last batch.
  package func batches(of count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
  }
}

/// Items, the next one to begin, and what came of those that ended.
private final class ParallelRun<Item: Sendable, Result: Sendable, Failure: Error>: Sendable {
  private struct State {
    var next = 0
    var results: [Result?]
    var failure: (index: Int, error: Failure)?
  }

  private let items: [Item]
  private let transform: @Sendable (Item) throws(Failure) -> Result
  private let state: Mutex<State>

  init(items: [Item], transform: @escaping @Sendable (Item) throws(Failure) -> Result) {
    self.items = items
    self.transform = transform
    state = Mutex(State(results: Array(repeating: nil, count: items.count)))
  }

  func work() {
    while let index = begin() {
      do throws(Failure) {
        let result = try transform(items[index])
        state.withLock { $0.results[index] = result }
      } catch {
        state.withLock { state in
          if index < state.failure?.index ?? Int.max { state.failure = (index, error) }
        }
      }
    }
  }

  private func begin() -> Int? {
    state.withLock { state in
      guard state.failure == nil, state.next < items.count else { return nil }
      state.next += 1
      return state.next - 1
    }
  }

  func results() throws(Failure) -> [Result] {
    let (results, failure) = state.withLock { ($0.results, $0.failure) }
    if let failure { throw failure.error }
    return results.compactMap(\.self)
  }
}

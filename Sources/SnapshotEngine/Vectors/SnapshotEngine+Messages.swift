internal import JobAdapters
internal import Primitives
internal import SnapshotStore
internal import VectorCollections

/// What became of one message of a batch.
public struct MessageAnswer: Sendable, Equatable {
  /// As the message gives it; empty when it gives none. Not safe to print.
  public let messageIdentifier: String
  /// Why it failed; nil when its work is in a version. Not safe to print. What failed may be delivered again.
  public let failure: String?
}

extension SnapshotEngine {
  /// Takes a batch of messages into a version, and answers each of them.
  ///
  /// A message is a line: `{"messageId": …, "producer": …, "sequence": …, "records": [{…}, …]}`, or
  /// `{"messageId": …, "delta": "PRODUCER/SEQUENCE"}`. One that cannot be used fails alone. A message is answered as
  /// done only when its work is in a version that was committed.
  /// - Parameter path: a file of at most 64 MiB, or `-` for the standard input.
  /// - Returns: an answer for each message, in their order.
  public func compact(_ collection: String, messages path: String) async throws(EngineError) -> [MessageAnswer] {
    let name = try Names.collection(collection)
    return try await perform { call throws(EngineError) in
      var input = try LineInput(path)
      var batch: [UInt8] = []
      while let piece = try input.next(for: call) {
        batch += piece
        guard batch.count <= 64 << 20 else { throw EngineError(.usage, "a batch has at most 64 MiB: send several") }
      }
      let job = CompactionJob(call.vectors(name), deadline: call.deadline)
      return job.run(batch).map { MessageAnswer(messageIdentifier: $0.identifier, failure: $0.failure) }
    }
  }
}

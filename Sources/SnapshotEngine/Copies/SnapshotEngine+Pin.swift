internal import Primitives
internal import SnapshotFormat
internal import SnapshotSync

/// A reader's grip on a plain copy.
///
/// - While it lasts, in this process or another, no sync patches the copy's files in place: it is refused as locked.
///   What exchanges the tree goes on, and takes nothing away from who has files of it open.
/// - The grip ends with `release`, with the last reference, and with the process, however it ends.
public final class CopyPin: Sendable {
  /// The copy's directory, as it was given.
  public let path: String
  private let pinned: PinnedCopy

  fileprivate init(_ path: String, _ pinned: PinnedCopy) {
    self.path = path
    self.pinned = pinned
  }

  /// Gives the copy free. Once is enough.
  public func release() {
    pinned.release()
  }
}

extension SnapshotEngine {
  /// Keeps a plain copy from being patched in place until it is released.
  ///
  /// - Throws: `.failed` for a directory that is no copy, `.locked` when it is being patched all the time.
  public static func pinCopy(
    _ directory: String, configuration: EngineConfiguration = EngineConfiguration()
  ) async throws(EngineError) -> CopyPin {
    try await local(configuration) { _ throws(EngineError) in
      let deadline = Deadline(seconds: configuration.lockTimeoutSeconds, from: clock)
      let pinned = try onTrees([directory], configuration) { () throws(EngineError) in
        try copying(directory) { () throws(SyncError) in
          try checkPinnable(directory)
          let pinned = try PinnedCopy.pin(directory, deadline: deadline, clock: clock)
          // A sync in place may have ended before its time while this one waited.
          try checkPinnable(directory)
          return pinned
        }
      }
      return CopyPin(directory, pinned)
    }
  }

  private static func checkPinnable(_ directory: String) throws(SyncError) {
    guard case .copy(let copy) = try LocalCopy.load(path: directory) else {
      throw .notACopy(directory: directory, reason: "it has no .snapctl/state that can be read")
    }
    guard copy.state.inPlace == nil else {
      throw .notACopy(directory: directory, reason: "a sync in place was not finished; sync it again")
    }
    guard copy.state.tree == nil else {
      throw .notACopy(directory: directory, reason: "it holds generations; pin one of those")
    }
  }
}

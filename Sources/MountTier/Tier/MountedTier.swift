package import FileIO
package import ObjectTier
package import Primitives
internal import SnapshotFormat

/// A store in a directory of a network file system, reached through a helper process that can be abandoned.
///
/// A call into a dead network file system does not return, cannot be killed, and keeps its process from ending. Here
/// another process makes it (`MountServer`), so that
/// - every call ends: with its answer, or by the stall limit or the deadline, whichever comes first;
/// - the engine's process touches nothing that is mounted, and always ends;
/// - a helper that does not answer is left behind, and the tier left alone for a while: calls fail at once;
/// - a helper that ends is started again, and what changes nothing is asked again;
/// - what was mounted there when the tier was opened must be there when it is opened again: the bare mount point is not
///   taken for an empty store.
///
/// Cost of a call: two messages and a copy of its bytes more than `FileObjectTier`.
package final class MountedTier: ObjectTier {
  package struct Options: Sendable {
    package var role: TierRole
    /// As `FileObjectTier` has it.
    package var createIfMissing = false
    package var durability = Durability.full
    /// For so long nothing may move before the helper is given up.
    package var stallSeconds = 30.0
    /// For so long the tier is left alone then.
    package var pauseSeconds = 30.0
    package var program: MountProgram

    package init(role: TierRole, program: MountProgram) {
      self.role = role
      self.program = program
    }

    func request(_ path: String) -> MountRequest {
      MountRequest(.open, path, first: MountOpening(path: path, self).flags)
    }
  }

  package let role: TierRole
  package var location: String { connection.location }
  /// Each is a round trip.
  package let callsAtOnce = 3
  let connection: MountConnection
  let deadline: Deadline

  /// Nothing is started or touched yet.
  ///
  /// - Parameter path: absolute.
  /// - Parameter mount: what it must lie on; nil: whatever it lies on when the helper is started first.
  /// - Parameter report: is told, in words, when the tier is left alone.
  package convenience init(
    _ path: String, location: String? = nil, options: Options, mount: MountPoint? = nil, clock: any MonotonicClock,
    report: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    let connection = MountConnection(path, location ?? Printable.string(path), options, mount: mount, clock, report)
    self.init(connection, options.role, .never)
  }

  private init(_ connection: MountConnection, _ role: TierRole, _ deadline: Deadline) {
    self.connection = connection
    self.role = role
    self.deadline = deadline
  }

  /// The number of the helper process, as it said itself; nil while there is none.
  package var helperProcess: Int32? { connection.helperProcess }

  package func bounded(by deadline: Deadline) -> any ObjectTier {
    MountedTier(connection, role, self.deadline.earlier(deadline))
  }

  /// Starts the helper, and has it open the directory. After `.stalled` the tier can be used all the same: it is left
  /// alone for a while, and tried again then.
  /// - Throws: `.notFound` when it is missing and not to be made, `.stalled` when the mount has gone or is silent,
  /// `.failed` when there is no helper to be had.
  package func connect(by deadline: Deadline) throws(TierError) {
    do throws(TierError) {
      _ = try connection.helper(deadline)
    } catch {
      // Also where the deadline passed first: who opens a store has waited once, and need not wait again.
      if error.kind == .stalled { connection.leaveAlone(error.reason) }
      throw error
    }
  }
}

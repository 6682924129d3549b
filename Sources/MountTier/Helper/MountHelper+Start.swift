internal import CSystemCalls
internal import Glibc
internal import Primitives

/// The program that is a mount's helper: it runs `MountServer`.
package struct MountProgram: Sendable, Equatable {
  package var path: String
  /// The first is what the process calls itself.
  package var arguments: [String]

  package init(path: String, arguments: [String]) {
    self.path = path
    self.arguments = arguments
  }
}

/// The helper's descriptors, in the order in which they are handed over.
enum MountDescriptors {
  static let memory: Int32 = 3
  static let control: Int32 = 4
  static let firstSlot: Int32 = 5
}

extension MountHelper {
  /// Starts a helper process, and has it open its tier.
  ///
  /// - Returns: the helper, and what it says of the tier: it may have refused.
  static func start(
    _ program: MountProgram, _ request: MountRequest, _ wait: MountWait
  ) throws(MountFailure) -> (MountHelper, MountReply) {
    let helper = try make(program)
    do throws(MountFailure) {
      return (helper, try helper.open(request, wait))
    } catch {
      helper.end(error)
      throw error
    }
  }

  private static func make(_ program: MountProgram) throws(MountFailure) -> MountHelper {
    guard let memory = SharedMemory(), let control = MessageSocket.pair() else { throw failure("memory or sockets") }
    defer { withExtendedLifetime(control) {} }
    let pairs = (0..<MountLimits.slotCount).compactMap { _ in MessageSocket.pair() }
    guard pairs.count == MountLimits.slotCount else { throw failure("sockets") }
    let descriptors = [memory.file, control.1.number] + pairs.map(\.1.number)
    var process: Int32 = -1
    let result = unsafe CStrings.with(program.arguments) { arguments in
      unsafe system_start_detached(program.path, arguments, descriptors, descriptors.count, &process)
    }
    guard result == 0 else { throw failure("a process") }
    let slots = pairs.enumerated().map { MountSlot($0.offset, $0.element.0) }
    return MountHelper(memory, control: control.0, slots: slots, process: process)
  }

  private static func failure(_ what: String) -> MountFailure {
    let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "\(errno)"
    return MountFailure(.notStarted, "\(what) for a helper process cannot be had: \(reason)")
  }
}

internal import FileIO
internal import FileTier
internal import Glibc
internal import ObjectTier
internal import Primitives
internal import SnapshotFormat

/// The other side: what the helper process runs.
///
/// - It answers the requests of one engine on one directory, each slot by a thread of its own.
/// - It ends when its engine does: the sockets say so.
/// - Each system call on the directory raises the slot's counter, so that one that is slow and one that hangs are told
///   apart.
package struct MountServer: Sendable {
  /// Looks at the directory, for `doctor`, and puts what it finds into bytes.
  package typealias Probe = @Sendable (_ path: String, _ argument: UInt64) -> [UInt8]

  private let memory: SharedMemory
  private let control: MountSlot
  private let slots: [MountSlot]
  private let probe: Probe

  /// Takes over the descriptors of its engine.
  /// - Returns: nil when no engine started this process.
  package init?(probe: @escaping Probe) {
    guard let memory = SharedMemory(descriptor: MountDescriptors.memory) else { return nil }
    self.memory = memory
    self.probe = probe
    control = MountSlot(-1, MessageSocket(MountDescriptors.control))
    slots = (0..<MountLimits.slotCount).map { number in
      MountSlot(number, MessageSocket(MountDescriptors.firstSlot + Int32(number)))
    }
  }

  /// Serves until the engine is gone.
  package func run() {
    // Nothing here may keep a file system from being unmounted but the directory itself.
    _ = unsafe chdir("/")
    guard case .message(let bytes) = control.socket.receive(milliseconds: nil) else { return }
    var served: MountedDirectory?
    let reply: MountReply
    do throws(TierError) {
      let opened = try MountedDirectory(bytes)
      served = opened
      reply = MountReply(value: UInt64(getpid()), second: opened.mount)
    } catch {
      reply = MountReply(error)
    }
    guard control.socket.send(reply.encoded), let served else { return }
    for slot in slots { BlockingThread { serve(slot, served) }?.detach() }
    // Only the end comes here.
    while case .message = control.socket.receive(milliseconds: nil) {}
  }

  private func serve(_ slot: MountSlot, _ directory: MountedDirectory) {
    while case .message(let bytes) = slot.socket.receive(milliseconds: nil) {
      let reply = SystemCallHook.during(decide: { [memory] call, _ in
        memory.moved(in: slot.number)
        return call == .read || call == .write ? .shorten(byteCount: MountLimits.pieceByteCount) : nil
      }) { answer(bytes, slot.number, directory) }
      guard slot.socket.send(reply.encoded) else { break }
    }
    _exit(0)
  }

  private func answer(_ bytes: [UInt8], _ slot: Int, _ directory: MountedDirectory) -> MountReply {
    do throws(FormatError) {
      let request = try MountRequest(decoding: bytes)
      var reply: MountReply
      do throws(TierError) {
        reply = try directory.answer(request, memory, slot, probe)
      } catch {
        reply = MountReply(error)
      }
      reply.number = request.number
      return reply
    } catch {
      return MountReply(TierError(.failed, key: nil, location: "", reason: "\(error)"))
    }
  }
}

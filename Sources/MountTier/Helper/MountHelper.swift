internal import CSystemCalls
internal import Glibc
internal import Primitives
internal import SnapshotFormat
internal import Synchronization

/// A helper process that answers, as its engine holds it.
///
/// - A request has a slot to itself: nobody else reads its socket or its memory until the answer is there.
/// - Whoever waits is woken at once when the helper ends, by itself or because another request gave it up.
/// - It is never waited for: what does not answer gets SIGKILL and is left to init. Ending the engine ends it, too.
final class MountHelper: Sendable {
  private struct State {
    var free: [Int]
    /// Slots whose callers left at their deadline: free again when the answer has come.
    var owed: [Int] = []
    var lastNumber: UInt32 = 0
    /// Why it was given up.
    var end: MountFailure?
    /// What it says of itself: for people.
    var processIdentifier: Int32?
  }

  let memory: SharedMemory
  private let control: MessageSocket
  private let slots: [MountSlot]
  /// By which the process is reached, or -1.
  private let process: Int32
  private let state: Mutex<State>

  init(_ memory: SharedMemory, control: MessageSocket, slots: [MountSlot], process: Int32) {
    self.memory = memory
    self.control = control
    self.slots = slots
    self.process = process
    // The last one is taken first: the memory that was used is used again.
    state = Mutex(State(free: slots.indices.reversed()))
  }

  deinit {
    if process >= 0 { _ = close(process) }
  }

  /// The process's number, as it said itself.
  var processIdentifier: Int32? { state.withLock { $0.processIdentifier } }

  /// What came of a request: the answer, and the bytes it left in the slot.
  struct Answer {
    let reply: MountReply
    let bytes: [UInt8]
  }

  /// Opens the tier: the first thing it is asked.
  func open(_ request: MountRequest, _ wait: MountWait) throws(MountFailure) -> MountReply {
    guard control.send(request.encoded) else { throw MountFailure(.notStarted, MountHelper.silence) }
    var watch = MountWait.Watch(wait, moves: 0)
    while true {
      switch control.receive(milliseconds: watch.milliseconds) {
      case .message(let bytes):
        return try opened(bytes)
      case .ended: throw MountFailure(.notStarted, MountHelper.silence)
      case .nothing: if let failure = watch.verdict(moves: 0) { throw failure }
      }
    }
  }

  private func opened(_ message: [UInt8]) throws(MountFailure) -> MountReply {
    do throws(FormatError) {
      let reply = try MountReply(decoding: message)
      state.withLock { $0.processIdentifier = reply.value.flatMap { Int32(exactly: $0) } }
      return reply
    } catch {
      throw error.asFailure
    }
  }

  private static let silence = "the helper process ended before it took up its work"

  /// Asks, and waits for the answer.
  /// - Throws: why there is none. But for `.late`, `end` is the only thing left to do with it.
  func call(_ request: MountRequest, _ payload: [UInt8], _ wait: MountWait) throws(MountFailure) -> Answer {
    let slot = try take(wait)
    var request = request
    request.number = state.withLock { state in
      state.lastNumber &+= 1
      return state.lastNumber
    }
    guard memory.put(payload, in: slot.number) else { throw MountFailure(.ended, "there is no memory to share") }
    guard slot.socket.send(request.encoded) else { throw ended() }
    let reply = try reply(to: request, in: slot, wait)
    let bytes = memory.bytes(reply.byteCount, in: slot.number)
    guard bytes.count == reply.byteCount else { throw MountFailure(.nonsense, "shared memory cannot be read").sent() }
    memory.trim(slot.number, used: max(payload.count, bytes.count))
    state.withLock { $0.free.append(slot.number) }
    return Answer(reply: reply, bytes: bytes)
  }

  private func reply(
    to request: MountRequest, in slot: MountSlot, _ wait: MountWait
  ) throws(MountFailure) -> MountReply {
    var watch = MountWait.Watch(wait, moves: memory.moves(in: slot.number))
    while true {
      switch slot.socket.receive(milliseconds: watch.milliseconds) {
      case .message(let bytes): return try MountHelper.reply(bytes, to: request)
      case .ended: throw ended().sent()
      case .nothing:
        guard let failure = watch.verdict(moves: memory.moves(in: slot.number)) else { continue }
        if failure.kind == .late { state.withLock { $0.owed.append(slot.number) } }
        throw failure.sent()
      }
    }
  }

  private static func reply(_ bytes: [UInt8], to request: MountRequest) throws(MountFailure) -> MountReply {
    do throws(FormatError) {
      let reply = try MountReply(decoding: bytes)
      guard reply.number == request.number else {
        throw FormatError.damaged("answer of a mount's helper", "it answers another request")
      }
      return reply
    } catch {
      throw error.asFailure.sent()
    }
  }

  /// Gives the process up: all who wait are told so, it gets SIGKILL, and nobody waits for its end.
  func end(_ failure: MountFailure) {
    let isFirst = state.withLock { state in
      defer { state.end = state.end ?? failure }
      return state.end == nil
    }
    guard isFirst else { return }
    if process >= 0 { _ = system_end_process(process) }
    control.shutDown()
    for slot in slots { slot.socket.shutDown() }
  }

  /// Why there is nobody at the other end.
  private func ended() -> MountFailure {
    state.withLock { $0.end } ?? MountFailure(.ended, "the helper process ended")
  }
}

// MARK: - Slots

extension MountHelper {
  /// A slot that nobody uses.
  private func take(_ wait: MountWait) throws(MountFailure) -> MountSlot {
    var watch = MountWait.Watch(wait, moves: movesOfAll)
    while true {
      let (number, end) = state.withLock { ($0.end == nil ? $0.free.popLast() : nil, $0.end) }
      if let end { throw end }
      if let number { return slots[number] }
      try takeBack()
      if let failure = watch.verdict(moves: movesOfAll) { throw failure }
      wait.clock.sleep(nanoseconds: 2_000_000)
    }
  }

  /// Frees slots whose late answers have come.
  private func takeBack() throws(MountFailure) {
    let owed = state.withLock { state in
      defer { state.owed = [] }
      return state.owed
    }
    for number in owed {
      switch slots[number].socket.receive(milliseconds: 0) {
      case .message: state.withLock { $0.free.append(number) }
      case .nothing: state.withLock { $0.owed.append(number) }
      case .ended: throw ended()
      }
    }
  }

  private var movesOfAll: UInt64 { slots.indices.reduce(0) { $0 &+ memory.moves(in: $1) } }
}

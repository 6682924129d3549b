internal import Synchronization

/// Something that is made when it is first asked for, and kept; to ask again takes next to nothing.
@safe final class MadeOnce<Value: Sendable>: Sendable {
  private let isMade = Atomic(false)
  private let making = Mutex(())
  // Safe: written once, by who holds `making`, before `isMade` is set; read by others after they saw it set.
  private nonisolated(unsafe) var value: Value?

  /// What was made, if it was.
  var made: Value? { isMade.load(ordering: .acquiring) ? unsafe value : nil }

  /// Keeps what was made elsewhere, unless something was made before.
  func keep(_ made: Value) {
    _ = get { made }
  }

  func get<Failure: Error>(_ make: () throws(Failure) -> Value) throws(Failure) -> Value {
    if let made { return made }
    return try making.withLock { _ throws(Failure) in
      if let value = unsafe value { return value }
      let made = try make()
      unsafe value = made
      isMade.store(true, ordering: .releasing)
      return made
    }
  }
}

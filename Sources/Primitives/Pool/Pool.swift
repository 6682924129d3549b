internal import Synchronization

/// Objects that are dear to make and used by one thread at a time, kept for whoever needs one next.
///
/// There are as many as were ever in use at once.
package final class Pool<Item: AnyObject>: Sendable {
  // Safe: whoever took the box out of the pool is the only one who has it.
  private struct Box: @unchecked Sendable {
    let item: Item
  }

  private let make: @Sendable () -> Item
  private let idle = Mutex<[Box]>([])

  package init(_ make: @escaping @Sendable () -> Item) {
    self.make = make
  }

  /// Lends an item to `body`, which must not keep it.
  package func withItem<Value, Failure>(_ body: (Item) throws(Failure) -> Value) throws(Failure) -> Value {
    let box = idle.withLock { $0.popLast() } ?? Box(item: make())
    defer { idle.withLock { $0.append(box) } }
    return try body(box.item)
  }
}

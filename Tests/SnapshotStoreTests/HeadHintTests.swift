import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore
import Testing

@Suite struct `the newest head` {
  @Test(arguments: [0, 1, 2, 3, 4, 90, UInt64.max])
  func `is found from any hint`(hint: UInt64) throws {
    let store = try TestStore()
    let tree = try TemporaryDirectory()
    for version in 0..<3 {
      try tree.write([UInt8(version)], at: "x")
      _ = try store.create(tree.path)
    }
    #expect(try store.store.head(of: CollectionName("words")!, hint: hint).newestVersion == 3)
    // What was found is the hint of the next.
    #expect(try store.store.head(of: CollectionName("words")!).newestVersion == 3)
  }

  @Test func `of a collection that is not there is not found, whatever the hint`() throws {
    let store = try TestStore()
    for hint in [0, 1, UInt64.max] {
      #expect(throws: StoreError.self) { try store.store.head(of: CollectionName("words")!, hint: hint) }
    }
  }
}

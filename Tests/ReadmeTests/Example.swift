import SnapshotEngine

func example(store: String, words: String, copy: String) async throws {
  try await SnapshotEngine.initialise(store, ifMissing: true)
  let engine = try await SnapshotEngine.open(store)
  let created = try await engine.create("words", from: words)
  let synced = try await engine.sync("words@\(created.version)", to: copy)
  print("stored \(created.bytesStored) of \(created.bytesTotal) bytes, moved \(synced.bytesRead)")
  let damage = try await engine.verify("words")
  print("\(damage.damaged) objects are damaged")
}

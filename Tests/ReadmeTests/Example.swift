import SnapshotEngine

func example(store: String, words: String, copy: String) async throws {
  _ = try await SnapshotEngine.initialise(store, ifMissing: true)
  let engine = try await SnapshotEngine.open(store)
  let created = try await engine.create("words", from: words)
  let synced = try await engine.sync("words@\(created.version)", to: copy)
  print("stored \(created.bytesStored) of \(created.bytesTotal) bytes, moved \(synced.bytesRead)")
  let verified = try await engine.verify("words") { damage in print("\(damage.object): \(damage.reason)") }
  print("\(verified.chunks) chunks decoded and hashed, \(verified.damaged) objects damaged")
}

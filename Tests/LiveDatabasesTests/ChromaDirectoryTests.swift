import FileIO
import Foundation
import LiveDatabases
import Primitives
import SnapshotStore
import Testing

@Suite struct `a ChromaDB directory` {
  private func place(_ version: Int = 6, at path: String = "") throws -> (Place, folder: String) {
    let place = try Place()
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    try FileManager.default.createDirectory(atPath: "\(place.tree)/\(path)", withIntermediateDirectories: true)
    let tar = Process()
    tar.executableURL = URL(fileURLWithPath: "/bin/tar")
    tar.arguments = [
      "--zstd", "-xf", "\(fixtures.path)/Fixtures/chroma-receipts/v\(version).tar.zst", "-C", "\(place.tree)/\(path)",
    ]
    try tar.run()
    tar.waitUntilExit()
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(place.tree)/\(path)")
    return (place, try #require(names.first { $0.count == 36 }))
  }

  private func refusal(of place: Place) -> String? {
    let error = #expect(throws: StoreError.self) { try place.take() }
    guard case .invalid(let reason)? = error else {
      Issue.record("\(String(describing: error))")
      return nil
    }
    #expect(reason.contains("--allow-live"))
    return reason
  }

  @Test(arguments: ["", "deep/below"]) func `in the middle of a transaction is refused, wherever it is`(path: String)
    throws
  {
    let (place, _) = try place(at: path)
    let prefix = path.isEmpty ? "" : "\(path)/"
    let database = try Database("\(place.tree)/\(prefix)chroma.sqlite3")
    try database.run("BEGIN; CREATE TABLE t(v)")
    #expect(refusal(of: place)?.contains("\(prefix)chroma.sqlite3") == true)
    let files = try place.take(allowsLive: true)
    #expect(files.count == 6)
    #expect(files["\(prefix)chroma.sqlite3-journal"] == nil)
    try database.run("ROLLBACK")
    #expect(try place.take().count == 6)
  }

  @Test(arguments: [
    ("data_level0.bin", 828_827), ("length.bin", 8_000), ("link_lists.bin", 100), ("header.bin", 50),
    ("index_metadata.pickle", 300_000), ("index_metadata.pickle", 0), ("index_metadata.pickle", -1),
  ])
  func `whose index files disagree is refused`(name: String, byteCount: Int) throws {
    let (place, folder) = try place()
    let path = "\(folder)/\(name)"
    if byteCount < 0 {
      try FileManager.default.removeItem(atPath: "\(place.tree)/\(path)")
    } else {
      try place.write(Array(try place.bytes(path).prefix(byteCount)), path)
    }
    #expect(refusal(of: place)?.contains(name) == true)
    let files = try place.take(allowsLive: true)
    #expect(files.count == (byteCount < 0 ? 5 : 6))
  }

  @Test func `whose header or names count other elements is refused, however large the number`() throws {
    for count in [UInt64(2_092), 2_094, .max, 1 << 39] {
      let (place, folder) = try place()
      var header = try place.bytes("\(folder)/header.bin")
      for byte in 0..<8 { header[20 + byte] = UInt8(truncatingIfNeeded: count >> (8 * UInt64(byte))) }
      try place.write(header, "\(folder)/header.bin")
      #expect(refusal(of: place) != nil, "\(count)")
    }
  }

  @Test func `that is written while it is read is refused`() throws {
    let (place, folder) = try place()
    var input = TreeInput(path: place.tree)
    input.live = DatabaseFiles(
      directory: place.tree, temporaryDirectory: "\(place.root)/temporary", random: SystemRandomSource(),
      allowsLiveDirectories: false)
    let error = #expect(throws: StoreError.self) {
      try input.forEach { path, _ throws(StoreError) in
        guard "\(path)" == "chroma.sqlite3" else { return }
        // The index was read before.
        let path = "\(folder)/length.bin"
        do { try place.write(try place.bytes(path), path) } catch { throw .invalid("\(error)") }
      }
    }
    guard case .invalid(let reason)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.contains("while it was read"))
  }

  @Test(arguments: [1, 6]) func `that is quiet is taken byte for byte`(version: Int) throws {
    let (place, _) = try place(version)
    #expect(try place.take() == place.state())
  }
}

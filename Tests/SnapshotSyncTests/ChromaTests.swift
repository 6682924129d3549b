import Foundation
import SnapshotFormat
import SnapshotStore
import SnapshotSync
import Testing

@Suite struct `syncing six versions of a ChromaDB directory` {
  private func unpack(_ version: Int, into directory: String) throws {
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/chroma-receipts").path
    try Shell.run("rm -rf '\(directory)' && mkdir -p '\(directory)'")
    try Shell.run("tar --zstd -xf '\(fixtures)/v\(version).tar.zst' -C '\(directory)'")
  }

  @Test(arguments: [SyncRequest.Style.exchange, .inPlace])
  func `gives each byte for byte, and reads no more than was stored for it`(style: SyncRequest.Style) throws {
    let fixture = try Fixture(jobs: 2)
    for version in 1...6 {
      try unpack(version, into: fixture.source)
      let created = try fixture.create()
      let request = try fixture.request(UInt64(version)) { $0.style = style }
      let dryRun = try fixture.sync.plan(request, control: fixture.control)
      let (result, plan) = try fixture.sync(UInt64(version)) { $0.style = style }
      #expect(try fixture.isCopy(of: UInt64(version)))
      #expect(result.bytesRead == plan.bytesToRead)
      #expect(result.requests == plan.requests)
      #expect(dryRun == plan)
      #expect(result.bytesRead <= created.statistics.bytesStored, "version \(version)")
      if style == .exchange { #expect(result.bytesWritten == plan.bytesToWrite) }
      #expect(result.localChangesReverted == 0)
      print(
        "v\(version) \(style): stored \(created.statistics.bytesStored) read \(result.bytesRead)",
        "written \(result.bytesWritten) requests \(result.requests) seconds \(result.seconds)")
      #expect(try fixture.sync(UInt64(version)) { $0.style = style }.result.way == .unchanged)
    }
  }

  @Test func `goes back and skips versions as well`() throws {
    let fixture = try Fixture(jobs: 2)
    for version in 1...6 {
      try unpack(version, into: fixture.source)
      try fixture.create()
    }
    for version in [6, 1, 4, 2, 6] as [UInt64] {
      let (result, plan) = try fixture.sync(version)
      #expect(try fixture.isCopy(of: version))
      #expect(result.bytesRead == plan.bytesToRead)
    }
  }
}

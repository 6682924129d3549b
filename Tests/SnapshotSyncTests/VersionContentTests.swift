import Primitives
import SnapshotFormat
import SnapshotStore
import SnapshotSync
import Testing

@Suite struct `the part that patterns give of a version of many pages` {
  private func version(fileCount: Int) throws -> (fixture: Fixture, manifest: ManifestReader) {
    let fixture = try Fixture()
    try fixture.shell("cd source; seq -f 'f%06g' 1 \(fileCount) | xargs touch")
    try fixture.create()
    return (fixture, try fixture.manifest(1))
  }

  @Test func `finds each entry by its path, and nothing between`() throws {
    let (fixture, manifest) = try version(fileCount: 3_500)
    #expect(try manifest.filesPages().count > 3)
    let content = try VersionContent(manifest, try PartPatterns.chosen(["*5"]), control: fixture.control)
    #expect(content.totals.files == 350)
    for page in try manifest.filesPages() {
      let entries = try manifest.files(page)
      for entry in [entries.first, entries.last].compactMap(\.self) {
        #expect(try manifest.file(at: entry.path) == entry)
        for (suffix, isThere) in [("", true), ("-", false)] {
          let path = try #require(RelativePath(entry.path.bytes + Array(suffix.utf8)))
          #expect(try (manifest.place(of: path) != nil) == isThere, "\(path)")
        }
      }
    }
    for name in ["a", "z"] { #expect(try manifest.place(of: try #require(RelativePath(Array(name.utf8)))) == nil) }
  }

  @Test func `is no longer looked for once that is called off, or its time is over`() throws {
    let (fixture, manifest) = try version(fileCount: 10)
    let patterns = try PartPatterns.chosen(["*5"])
    var (stopped, late) = (fixture.control, fixture.control)
    stopped.isCancelled = { true }
    late.deadline = Deadline(seconds: 0, from: fixture.clock)
    let first = #expect(throws: SyncError.self) { try VersionContent(manifest, patterns, control: stopped) }
    guard case .cancelled? = first else {
      Issue.record("\(String(describing: first))")
      return
    }
    let second = #expect(throws: SyncError.self) { try VersionContent(manifest, patterns, control: late) }
    guard case .timedOut? = second else {
      Issue.record("\(String(describing: second))")
      return
    }
  }
}

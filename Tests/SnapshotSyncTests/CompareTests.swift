import Foundation
import Primitives
import SnapshotFormat
import SnapshotStore
import SnapshotSync
import Testing

@Suite struct `a comparison` {
  private func fixture() throws -> Fixture {
    let fixture = try Fixture(jobs: 2)
    for step in 0..<2 {
      try ChangingTree.make(step, in: fixture)
      try fixture.create()
    }
    return fixture
  }

  @Test func `of two versions names what differs, and how`() throws {
    let fixture = try fixture()
    var found: [String: TreeDifference.Change] = [:]
    try ManifestDifference(from: fixture.manifest(1), to: fixture.manifest(2)).forEach { difference in
      found["\(difference.path)"] = difference.change
    }
    let expected: [String: TreeDifference.Change] = [
      "a-b": .kind, "a-b/x": .added, "a/b/c": .content, "d": .kind, "d/f": .removed, "empty": .removed,
      "link": .target, "mode": .mode, "moved": .removed, "narrow": .mode, "narrow/moved": .added,
      "numbers": .content, "other": .added, "other/none": .added, "readonly": .content,
    ]
    #expect(found == expected)
  }

  @Test func `of a version with itself finds nothing`() throws {
    let fixture = try fixture()
    try ManifestDifference(from: fixture.manifest(1), to: fixture.manifest(1)).forEach { difference in
      Issue.record("\(difference)")
    }
  }

  @Test func `of a directory with a version gives the same as one of versions`() throws {
    let fixture = try fixture()
    var versions: [TreeDifference] = []
    try ManifestDifference(from: fixture.manifest(1), to: fixture.manifest(2)).forEach { versions.append($0) }
    let comparison = try DirectoryComparison(directory: fixture.source, jobs: 2, control: fixture.control)
    var directory: [TreeDifference] = []
    let count = try comparison.compare(with: .whole(fixture.manifest(1))) { directory.append($0) }
    #expect(directory.map(\.path) == versions.map(\.path))
    #expect(directory.map(\.change) == versions.map(\.change))
    #expect(directory.map(\.newBytes) == versions.map(\.newBytes))
    #expect(directory.map(\.chunksChanged) == versions.map(\.chunksChanged))
    #expect(count == UInt64(versions.count))
  }
}

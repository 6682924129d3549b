import Catalog
import FileIO
import Foundation
import Glibc
import Primitives
import SnapshotFormat
import SnapshotStore
import SnapshotSync
import Testing

@Suite struct `a sync that fails on its way to another collection` {
  /// Half of each is a version of none: what is left says so, or is all of one of the two.
  @Test(arguments: [SyncRequest.Style.exchange, .inPlace], [["a/*"], ["**"]])
  func `at any call leaves one of the two, or says that it is neither`(
    style: SyncRequest.Style, patterns: [String]
  ) throws {
    let fixture = try Fixture()
    for path in ["a/one", "a/two", "b/three"] { try fixture.write(seededBytes(9_000, seed: 1), path) }
    try fixture.create()
    let request = try others(fixture, style)
    try fixture.sync(1, including: patterns)
    let before = try hash(fixture.copy)
    let wanted = try hash("\(fixture.root)/other")
    try fixture.shell("cp -a copy pristine")
    for point in 1...500 {
      let fault = Fault(at: point, isForEver: true)
      _ = SystemCallHook.during(decide: { call, path in
        // The trees cannot change places.
        if call == .makeDirectory, path.hasSuffix(".copy.snapctl-next") { return .fail(errno: EACCES) }
        return fault.decide(call, path)
      }) {
        Result {
          try fixture.sync.sync(
            request, control: fixture.control, lockDeadline: Deadline(seconds: 5, from: fixture.clock))
        }
      }
      let left = try hash(fixture.copy)
      let isTold = LocalCopy.remembered(path: fixture.copy)?.inPlace != nil
      #expect(isTold || left == before || left == wanted, "point \(point)")
      guard fault.wasMet else {
        #expect(point > 20 && left == wanted && !isTold)
        return
      }
      try fixture.shell("rm -rf copy; cp -a pristine copy")
    }
    Issue.record("it never went through")
  }

  private func others(_ fixture: Fixture, _ style: SyncRequest.Style) throws -> SyncRequest {
    let others = try #require(CollectionName("others"))
    try fixture.shell("mkdir other; cd other; mkdir a c; echo 1 > a/one; echo 4 > c/four; echo 5 > five")
    _ = try fixture.store.create(
      CreateRequest(collection: others, tree: TreeInput(path: "\(fixture.root)/other")))
    let row = try fixture.store.row(VersionReference(others, .number(1)))
    var request = SyncRequest(others, row: row, directory: fixture.copy)
    request.style = style
    return request
  }

  private func hash(_ path: String) throws -> Digest { try TreeHash.hash(TreeInput(path: path), jobs: 1).contentHash }
}

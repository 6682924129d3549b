import Foundation
import SnapshotFormat
import Testing

@testable import SnapshotEngine

/// What `init` makes of what was tried on a directory that other hosts share.
@Suite struct StoreFitnessTests {
  private func check(_ name: String, _ isFine: Bool) -> DiagnosedCheck {
    DiagnosedCheck(tier: "", check: name, isFine: isFine, found: "\(name) was tried", advice: isFine ? "" : "do not")
  }

  @Test(arguments: ["exclusive", "link", "exclusiveLink"])
  func `a directory in which names do not exclude each other is refused`(name: String) {
    let refusal = StoreOrigin.refusal([check("write", true), check(name, false)], at: "/mnt/store")
    #expect(refusal?.code == .failed)
    #expect(refusal?.message == "/mnt/store: \(name) was tried")
    #expect(refusal?.advice == "do not")
  }

  @Test func `what is only slow or nearly full is taken, and so is a local directory`() throws {
    let program = try Program()
    let checks = ["space", "clock", "latency", "rename"].map { check($0, false) }
    #expect(StoreOrigin.refusal(checks + [check("exclusive", true)], at: "/mnt/store") == nil)
    #expect(ProbedChecks.checks(program.folder.path, .directory).first { $0.check == "exclusiveLink" }?.isFine == true)
  }
}

import Foundation
import Testing

@Suite struct `Deltas that were set aside` {
  @Test func `are put back once they are mended, and not before`() throws {
    let program = try Program.withRecords()
    let delta = "store/deltas/words/p/00000000000000000001"
    try program.shell("cp \(delta) good; chmod u+w \(delta); truncate -s -7 \(delta)")
    #expect(try program("compact", "words").status == 0)
    let aside = try program("deltas", "words", "--quarantined", "--json").objects()[0]
    #expect(aside["state"] as? String == "quarantined" && (aside["reason"] as? String)?.isEmpty == false)
    let refused = try program("retry", "words", "p/1", "--json")
    #expect(refused.status == 1)
    #expect(try refused.last("error")["message"] as? String != nil)
    #expect(try program("retry", "words", "p/2").status == 10)
    #expect(try program("retry", "nothing", "p/1").status == 10)
    for name in ["p", "p/0", "p/x", "p/1/2", "/1", "p/-1"] {
      #expect(try program("retry", "words", name).status == 2)
    }
    try program.shell("cat good >\(delta)")
    #expect(try program("retry", "words", "p/1", "--json").last("retried")["delta"] as? String == "p/1")
    #expect(try program("deltas", "words", "--json").last("deltas")["pending"] as? Int == 1)
    let created = try program("compact", "words", "--json").last("created")
    #expect(created["records"] as? Int == 3 && created["applied"] as? Int == 3)
    #expect(try program("deltas", "words", "--quarantined", "--json").objects().count == 1)
    #expect(try program("reconcile", "words").status == 0)
  }
}

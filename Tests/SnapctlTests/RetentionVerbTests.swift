import Testing

@Suite struct `The retention of deletions` {
  @Test func `is an hour at least, and young deletions stay`() throws {
    let program = try Program.withRecords()
    for short in ["59m", "0s", "-1d", "soon"] {
      #expect(try program("compact", "words", "--tombstone-retention", short).status == 2, "\(short)")
    }
    let variable = ["SNAPCTL_TOMBSTONE_RETENTION_SECONDS": "60"]
    let refused = try program("compact", "words", environment: variable)
    #expect(refused.status == 2 && refused.errors.contains("SNAPCTL_TOMBSTONE_RETENTION_SECONDS"))
    let deletion = #"{"id":"a/1","delete":true}"# + "\n"
    #expect(try program("append", "words", "--input", "-", "--producer", "q", input: deletion).status == 0)
    #expect(try program("compact", "words", "--tombstone-retention", "1h").status == 0)
    #expect(try program("scan", "words", "--json").objects().count == 3)
    let head = try program("inspect", "store/heads/words/00000000000000000002", "--json").objects()
    #expect(head.last?["action"] as? String == "compact" && head.last?["oldestRecord"] as? Int == 0, "\(head)")
  }
}

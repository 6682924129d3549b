import Testing

extension Program {
  /// A store with the collection `words`: three records in one delta, not compacted.
  static func withRecords() throws -> Program {
    let program = try Program()
    #expect(try program("init").status == 0)
    let lines = """
      {"id":"a/1","vector":[1,0.1],"document":"one","metadata":{"page":1,"label":"TOTAL","done":true}}
      {"id":"a/2","vector":[2,-0.25],"metadata":{"page":2,"words":["x","y"]}}
      {"id":"b/1","vector":[3,1e-30],"metadata":{}}

      """
    let run = try program(
      "append", "words", "--input", "-", "--producer", "p", "--sequence", "1", "--run", "first", "--expected", "3",
      "--json", input: lines)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try run.last("appended")["operations"] as? Int == 3)
    return program
  }
}

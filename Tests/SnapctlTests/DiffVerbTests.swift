import Foundation
import Testing

@Suite struct `A diff of two versions of vectors` {
  private func append(_ program: borrowing Program, _ lines: String...) throws {
    let input = lines.map { $0 + "\n" }.joined()
    let run = try program("append", "words", "--input", "-", "--producer", "p", input: input)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try program("compact", "words").status == 0)
  }

  private func counts(_ program: borrowing Program, _ arguments: String...) throws -> [Int?] {
    let run = try program.run(["diff"] + arguments + ["--json"])
    #expect(run.status == 0, "\(run.errors)")
    let summary = try run.last("differences")
    return ["recordsAdded", "recordsChanged", "recordsRemoved"].map { summary[$0] as? Int }
  }

  @Test func `counts no records of a tree, of a directory, and where that is not wanted`() throws {
    let program = try Program.withRecords()
    #expect(try program("compact", "words").status == 0)
    try append(program, #"{"id":"c","vector":[1,1]}"#)
    #expect(try counts(program, "words@1", "words@2") == [nil, nil, nil])
    try program.write("x", to: "tree/x")
    for text in ["1", "2"] {
      try program.write(text, to: "tree/x")
      #expect(try program("create", "trees", "tree").status == 0)
    }
    #expect(try counts(program, "trees@1", "trees@2") == [nil, nil, nil])
    #expect(try counts(program, "trees@1", "tree") == [nil, nil, nil])
    #expect(try program("diff", "words@1", "words@7").status == 10)
  }

  @Test func `counts the records that were added, changed and removed`() throws {
    let program = try Program.withRecords()
    #expect(try program("compact", "words").status == 0)
    try append(
      program, #"{"id":"a/1","vector":[1,0.1],"document":"another","metadata":{"page":1}}"#,
      #"{"id":"c/1","vector":[5,5]}"#, #"{"id":"a/0","vector":[6,6]}"#, #"{"id":"z","vector":[7,7]}"#)
    #expect(try counts(program, "words@1", "words@2", "--records") == [3, 1, 0])
    #expect(try counts(program, "words@2", "words@1", "--records") == [0, 1, 3])
    #expect(try counts(program, "words@2", "words@2", "--records") == [0, 0, 0])
    let text = try program("diff", "words@1", "words@2", "--records")
    #expect(text.output.hasSuffix("3 records added, 1 changed, 0 removed\n"), "\(text.output)")
    // The same record again: another version of the same records.
    try append(program, #"{"id":"z","vector":[7,7]}"#)
    #expect(try counts(program, "words@2", "words@3", "--records") == [0, 0, 0])
  }
}

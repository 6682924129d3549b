import Foundation
import JobAdapters
import Primitives
import SnapshotFormat
import Testing

struct LineIngestTests {
  private func ingest<Adapter: LineAdapter>(_ adapter: Adapter, _ text: String) -> ([RecordOperation], LineReport) {
    var ingest = LineIngest(adapter)
    var operations = ingest.operations(in: Array(text.utf8))
    if let last = ingest.finish() { operations.append(last) }
    return (operations, ingest.report)
  }

  @Test func `a line that cannot be used is reported with its number and the rest goes on`() {
    let lines = [
      #"{"id":"a","vector":[1,2]}"#, "not json", #"{"id":"","vector":[1,2]}"#, #"{"id":"b","vector":[1]}"#,
      #"{"id":"c","vector":[1,"x"]}"#, #"{"id":"d","vector":[1,1e300]}"#, #"{"vector":[1,2]}"#,
      #"{"id":"e","vector":[1,2],"metadata":{"k":{}}}"#, #"{"id":"e","vector":[1,2],"metadata":{"k":[1,"a"]}}"#,
      #"{"id":"e","vector":[1,2],"more":1}"#, #"{"id":"e","delete":false}"#, #"{"prefix":"p","vector":[1,2]}"#,
      #"{"id":"e","update":{}}"#, #"{"id":"z","vector":[3,4]}"#,
    ]
    let (operations, report) = ingest(RecordLine(schema: VectorSchema(dimension: 2)), lines.joined(separator: "\n"))
    #expect(operations.map(\.name.string) == ["a", "z"])
    #expect(report.accepted == 2 && report.rejected == 12)
    #expect(report.rejections.map(\.line) == Array(2...13))
    #expect(report.rejections.allSatisfy { !$0.reason.isEmpty })
  }

  @Test func `records, updates and deletes are read as what they are`() throws {
    let text = """
      {"id":"a","vector":[0.1,-0.0],"document":"TOTAL","metadata":\
      {"n":1,"f":1.5,"b":true,"s":["x"],"m":[1,2.5],"e":[],"z":null}}
      {"id":"a","update":{"n":null,"f":2}}
      {"prefix":"a#","update":{"shop":"X"}}
      {"id":"a","delete":true}
      {"prefix":"a#","delete":true}
      """
    let (operations, report) = ingest(RecordLine(schema: VectorSchema(dimension: 2)), text)
    #expect(operations.map(\.kind) == [.upsert, .patch, .patchPrefix, .delete, .deletePrefix], "\(report.rejections)")
    let body = try #require(operations.first.flatMap { if case .upsert(_, let body) = $0 { body } else { nil } })
    #expect(body.floats[0] == 0.1 && body.floats[1].sign == .minus && body.document?.string == "TOTAL")
    #expect(
      body.metadata["m"] == .numbers([1, 2.5]) && body.metadata["e"] == .strings([]) && body.metadata["z"] == nil)
    #expect(operations[1].fields?.fields.map(\.key.string) == ["f", "n"])
  }

  @Test func `a record printed as JSON reads back bit for bit`() throws {
    let random = SeededRandomSource(seed: 5)
    let floats = (0..<300).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }.filter(\.isFinite)
    let body = RecordBody(
      floats: floats, document: "x", metadata: MetadataFields([MetadataField(key: "k", value: .number(0.1))])!)
    let line = JSONWriter.string(JSONValue(id: RecordName("a")!, body: body))
    let (operations, _) = ingest(RecordLine(schema: VectorSchema(dimension: floats.count)), line)
    #expect(operations == [.upsert(RecordName("a")!, body)])
  }

  @Test func `words of receipts get the ids, documents and metadata of the pipeline`() throws {
    let path = #filePath.replacing(
      "JobAdaptersTests/Lines/LineIngestTests.swift", with: "Fixtures/chroma-receipts/words.jsonl")
    let (operations, report) = ingest(
      OCRWordLine(schema: VectorSchema(dimension: 64)), try String(contentsOfFile: path, encoding: .utf8))
    #expect(report.rejected == 0 && operations.count == 300, "\(report.rejections.first?.reason ?? "")")
    guard case .upsert(let name, let body)? = operations.first else { throw RecordDefect("no upsert") }
    #expect(name.string == "IMAGE#f5057fee-4c3e-4459-82dd-21250b729601#RECEIPT#00001#LINE#00001#WORD#00001")
    #expect(body.document?.string == "ALDER" && body.floats[0] == -0.13252707)
    #expect(
      body.metadata["valid_labels_array"] == .strings(["MERCHANT_NAME"]) && body.metadata["word_id"] == .integer(1))
    #expect(body.metadata["vector"] == nil && body.metadata["text"] == nil)
  }

  @Test func `a word without its place is refused`() {
    let good =
      #"{"image_id":"f5057fee-4c3e-4459-82dd-21250b729601","receipt_id":1,"line_id":2,"text":"a","vector":[1]}"#
    let lines = [
      good, good.replacing("f5057fee", with: "F5057FEE"), good.replacing(#""line_id":2"#, with: #""line_id":-2"#),
      good.replacing(#""line_id":2,"#, with: ""), good.replacing(#""text":"a","#, with: ""),
      good.replacing("f5057fee-", with: "../"),
    ]
    let (operations, report) = ingest(OCRWordLine(schema: VectorSchema(dimension: 1)), lines.joined(separator: "\n"))
    #expect(operations.map(\.name.string) == ["IMAGE#f5057fee-4c3e-4459-82dd-21250b729601#RECEIPT#00001#LINE#00002"])
    #expect(report.rejections.map(\.line) == [2, 3, 4, 5, 6])
  }
}

import Foundation
import TestServers
import Testing

/// The command line on a store in a bucket.
@Suite struct S3Tests {
  @Test func `an address that is none is a usage error`() throws {
    for address in ["s3://", "s3://b", "s3://bucket//x"] {
      let run = try Program()("list", "--store", address)
      #expect(run.status == 2)
      #expect(run.errors.contains("s3://bucket/prefix"), "\(run.errors)")
    }
  }

  #if S3
    private static let isHere = S3TestServer.isHere

    private func run(_ program: borrowing Program, _ store: String, _ arguments: String...) throws -> Program.Run {
      let variables = try S3TestServer.variables().merging(["SNAPCTL_STORE": "s3://tests/\(store)"]) { $1 }
      return try program.run(arguments, environment: variables)
    }

    @Test func `without a region or keys it says what to set`() throws {
      let program = try Program()
      let region = try program("list", "--store", "s3://bucket/x")
      #expect(region.status == 2)
      #expect(region.errors.contains("--s3-region"), "\(region.errors)")
      let off = ["AWS_EC2_METADATA_DISABLED": "true"]
      let keys = try program.run(["list", "--store", "s3://bucket/x", "--s3-region", "r"], environment: off)
      #expect(keys.status == 1)
      #expect(keys.errors.contains("no credentials"), "\(keys.errors)")
      let bundle = try program.run(
        ["list", "--store", "s3://bucket/x", "--s3-region", "r"], environment: ["AWS_CA_BUNDLE": "none.pem"])
      #expect(bundle.status == 2)
      #expect(bundle.errors.contains("none.pem"), "\(bundle.errors)")
    }

    @Test func `nobody at the endpoint is told within the stall limit`() throws {
      let program = try Program()
      let keys = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "r"]
      let run = try program.run(
        ["list", "--store", "s3://bucket/x", "--s3-endpoint", "http://127.0.0.1:1", "--stall-timeout", "1"],
        environment: keys)
      #expect(run.status == 9)
      #expect(run.errors.contains("refused"), "\(run.errors)")
    }

    @Test(.enabled(if: isHere)) func `a store that is not there, and a bucket that is not`() throws {
      let program = try Program()
      #expect(try run(program, "nothing", "list").status == 10)
      let variables = try S3TestServer.variables().merging(["SNAPCTL_STORE": "s3://no-such-bucket/x"]) { $1 }
      let bucket = try program.run(["list"], environment: variables)
      #expect(bucket.status == 1)
      #expect(bucket.errors.contains("NoSuchBucket"), "\(bucket.errors)")
    }

    @Test(.enabled(if: isHere)) func `what a bucket lost comes back from the cache, and the damaged bytes are kept`()
      throws
    {
      let program = try Program()
      try program.write(String(repeating: "line of text\n", count: 20_000), to: "tree/b")
      #expect(try run(program, "healed", "init").status == 0)
      #expect(try run(program, "healed", "create", "words", "tree").status == 0)
      #expect(try run(program, "healed", "warm", "words", "--cache", "cache").status == 0)
      try S3TestServer.damage("healed")
      #expect(try run(program, "healed", "verify").status == 4)
      #expect(try run(program, "healed", "verify", "--heal").status == 4)
      let healing = try run(program, "healed", "verify", "--heal", "--cache", "cache", "--json")
      #expect(healing.status == 3, "\(healing.output)\(healing.errors)")
      #expect(try healing.last("verified")["healed"] as? Int == 2)
      let aside = try healing.objects().compactMap { $0["aside"] as? String }
      #expect(aside.count == 2 && aside.allSatisfy { $0.hasPrefix("quarantine/") })
      #expect(try run(program, "healed", "verify").status == 0)
      #expect(try run(program, "healed", "sync", "words", "copy").status == 0)
      try program.shell("diff -r --exclude .snapctl tree copy")
    }

    @Test(.enabled(if: isHere)) func `a directory goes through a bucket and comes back; a conflict is told`() throws {
      let program = try Program()
      try program.write("one\n", to: "tree/a")
      try program.write(String(repeating: "line of text\n", count: 20_000), to: "tree/deep/b")
      #expect(try run(program, "trees", "init").status == 0)
      #expect(try run(program, "trees", "init").status == 1)
      #expect(try run(program, "trees", "init", "--catalog", "rocksdb", "--if-missing").status == 2)
      #expect(try run(program, "trees", "create", "words", "tree").status == 0)
      #expect(try run(program, "trees", "sync", "words", "copy").status == 0)
      try program.shell("diff -r --exclude .snapctl tree copy")
      try program.write("two\n", to: "tree/a")
      let second = try run(program, "trees", "create", "words", "tree", "--json").last("created")
      #expect(second["version"] as? Int == 2)
      try program.write("three\n", to: "tree/a")
      #expect(try run(program, "trees", "create", "words", "tree", "--expect", "1").status == 5)
      #expect(try run(program, "trees", "create", "words", "tree").status == 0)
      #expect(try run(program, "trees", "sync", "words", "copy", "--cache", "cache").status == 0)
      try program.shell("diff -r --exclude .snapctl tree copy")
      #expect(try run(program, "trees", "verify").status == 0)
      let doctor = try run(program, "trees", "doctor", "--json")
      #expect(doctor.status == 0, "\(doctor.output)")
      #expect(try doctor.objects().contains { $0["check"] as? String == "clock" }, "\(doctor.output)")
      #expect(try run(program, "trees", "status", "words", "tree").status == 0)
    }

    @Test(.enabled(if: isHere), arguments: ["container", "instance"])
    func `keys that an endpoint lends, and that expire on the way, are renewed`(lender: String) throws {
      let program = try Program()
      let url = try S3TestServer.lenderURL()
      let endpoint =
        lender == "container"
        ? ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(url)/lent-keys"] : ["AWS_EC2_METADATA_SERVICE_ENDPOINT": url]
      let variables = endpoint.merging([
        "AWS_ENDPOINT_URL_S3": url, "AWS_REGION": "us-east-1", "SNAPCTL_STORE": "s3://tests/\(lender)",
      ]) { $1 }
      try program.write(String(repeating: "line of text\n", count: 20_000), to: "tree/deep/b")
      let verbs = [["init"], ["create", "words", "tree"], ["sync", "words", "copy"], ["verify"]]
      for verb in verbs {
        let run = try program.run(verb + ["--log-level", "debug"], environment: variables)
        #expect(run.status == 0, "\(verb): \(run.errors)")
        guard verb == ["verify"] else { continue }
        // Each of the keys is good for five requests.
        #expect(run.errors.contains("originRetries=") && !run.errors.contains("originRetries=0"), "\(run.errors)")
      }
      try program.shell("diff -r --exclude .snapctl tree copy")
    }

    @Test(.enabled(if: isHere)) func `records are appended, compacted and found in a bucket`() throws {
      let program = try Program()
      try program.write(
        (1...50).map { #"{"id":"r\#($0)","vector":[\#($0),0.5],"metadata":{"n":\#($0)}}"# }.joined(separator: "\n"),
        to: "records.jsonl")
      #expect(try run(program, "records", "init").status == 0)
      #expect(try run(program, "records", "append", "vec", "--input", "records.jsonl").status == 0)
      #expect(try run(program, "records", "append", "vec", "--input", "records.jsonl", "--sequence", "1").status == 0)
      #expect(try run(program, "records", "compact", "vec").status == 0)
      let found = try run(program, "records", "get", "vec", "r7", "--json").objects()
      #expect(found.first?["id"] as? String == "r7")
      #expect(try run(program, "records", "reconcile", "vec").status == 0)
      #expect(try run(program, "records", "lock", "status", "vec").status == 0)
    }
  #endif
}

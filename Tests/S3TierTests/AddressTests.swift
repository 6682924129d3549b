import Testing

@testable import S3Tier

@Suite struct AddressTests {
  @Test(arguments: [
    "s3://", "s3://ab", "s3:///x", "s3://bucket//x", "s3://bucket/../x", "s3://bucket/a//b", "s3://b@d/x", "http://b/x",
    "s3://bucket/\(String(repeating: "p", count: 600))",
  ])
  func `what is no bucket and prefix is refused`(uri: String) {
    #expect(S3Address(uri: uri) == nil)
  }

  @Test func `a prefix loses its last slash and keeps its levels`() throws {
    let address = try #require(S3Address(uri: "s3://my-bucket/team a/vectors/"))
    #expect(address.bucket == "my-bucket")
    #expect(address.prefix == "team a/vectors")
    #expect(address.key("packs/1") == "team a/vectors/packs/1")
    #expect(S3Address(uri: "s3://my-bucket")?.key("store") == "store")
    #expect("\(address)" == "s3://my-bucket/team a/vectors")
  }

  @Test(arguments: ["", "host", "ftp://host", "http://", "http://u@host", "http://host/path", "https://host?x=1"])
  func `what is no endpoint is refused`(url: String) {
    #expect(S3Endpoint(url: url, region: "r") == nil)
  }

  @Test func `buckets stand in the host for AWS and in the path for others`() throws {
    let aws = S3Endpoint(region: "eu-central-1")
    #expect(aws.host("bucket") == "bucket.s3.eu-central-1.amazonaws.com")
    #expect(aws.path("bucket", "a b/c") == "/a%20b/c")
    #expect(aws.host("dotted.bucket") == "s3.eu-central-1.amazonaws.com")
    #expect(aws.path("dotted.bucket", "k") == "/dotted.bucket/k")
    let china = S3Endpoint(region: "cn-north-1")
    #expect(china.host("bucket") == "bucket.s3.cn-north-1.amazonaws.com.cn")
    #expect(S3Endpoint(url: "https://\(china.authority)", region: "cn-north-1") == china)
    let other = try #require(S3Endpoint(url: "HTTP://Host:9000/", region: "r"))
    #expect(other.host("bucket") == "host:9000")
    #expect(other.path("bucket", "k") == "/bucket/k")
    #expect(other.path("bucket", "") == "/bucket")
    #expect(S3Endpoint(url: "https://host:443", region: "r")?.authority == "host")
    #expect(S3Endpoint(url: "http://host", region: "r", style: .virtualHost)?.host("b") == "b.host")
  }
}

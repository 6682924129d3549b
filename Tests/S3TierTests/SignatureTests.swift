import HTTPTransport
import Primitives
import Testing

@testable import S3Tier

/// The examples of the S3 API reference, "Signature Calculations for the Authorization Header".
@Suite struct SignatureTests {
  private let signature = SignatureV4(
    credentials: S3Credentials(
      accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    region: "us-east-1", date: RequestDate(Timestamp(milliseconds: 1_369_353_600_000)))
  private let empty = Digest.of([UInt8]().rawSpan).hex

  private func headers(_ more: [HTTPHeader], body: String) -> [HTTPHeader] {
    [
      HTTPHeader("Host", "examplebucket.s3.amazonaws.com"), HTTPHeader("x-amz-content-sha256", body),
      HTTPHeader("x-amz-date", "20130524T000000Z"),
    ] + more
  }

  @Test func `the date is that of the examples`() {
    #expect(signature.date.stamp == "20130524T000000Z")
    #expect(signature.date.day == "20130524")
  }

  @Test func `getting a part of an object is signed as published`() {
    let subject = SignatureV4.Subject(
      method: "GET", path: "/test.txt", query: [], headers: headers([HTTPHeader("Range", "bytes=0-9")], body: empty),
      bodyDigest: empty)
    #expect(
      signature.signature(of: subject) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    #expect(
      signature.authorization(of: subject)
        == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
        + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
  }

  @Test func `putting an object is signed as published`() {
    let body = Digest.of(Array("Welcome to Amazon S3.".utf8).rawSpan).hex
    let more = [
      HTTPHeader("Date", "Fri, 24 May 2013 00:00:00 GMT"), HTTPHeader("x-amz-storage-class", "REDUCED_REDUNDANCY"),
    ]
    let subject = SignatureV4.Subject(
      method: "PUT", path: "/" + PercentEncoding.encode("test$file.text", keepsSlashes: true), query: [],
      headers: headers(more, body: body), bodyDigest: body)
    #expect(
      signature.signature(of: subject) == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")
  }

  @Test func `a query without a value is signed as published`() {
    let subject = SignatureV4.Subject(
      method: "GET", path: "/", query: [("lifecycle", "")], headers: headers([], body: empty), bodyDigest: empty)
    #expect(
      signature.signature(of: subject) == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")
  }

  @Test func `a listing is signed as published, whatever the order of its query`() {
    for query in [[("max-keys", "2"), ("prefix", "J")], [("prefix", "J"), ("max-keys", "2")]] {
      let subject = SignatureV4.Subject(
        method: "GET", path: "/", query: query, headers: headers([], body: empty), bodyDigest: empty)
      #expect(
        signature.signature(of: subject) == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
    }
  }

  @Test func `everything but letters, digits and four marks is encoded`() {
    #expect(PercentEncoding.encode("a-Z_0.9~") == "a-Z_0.9~")
    #expect(PercentEncoding.encode("a b/c+d=é") == "a%20b%2Fc%2Bd%3D%C3%A9")
    #expect(PercentEncoding.encode("a b/c", keepsSlashes: true) == "a%20b/c")
  }
}

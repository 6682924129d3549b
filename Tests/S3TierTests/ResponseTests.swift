import Primitives
import Testing

@testable import S3Tier

@Suite struct ResponseTests {
  private func listing(_ text: String) -> S3Listing? { S3Listing(Array(text.utf8)) }

  @Test(arguments: [
    "", "<", "<a", "plain", "<ListBucketResult>", "<Error><Code>x</Code></Error>", "<ListBucketResult></Other>",
    "<!DOCTYPE x [<!ENTITY e \"y\">]><ListBucketResult/>", "<ListBucketResult>&e;</ListBucketResult>",
    "<ListBucketResult>&#xD800;</ListBucketResult>", "<ListBucketResult><!-- </ListBucketResult>",
  ])
  func `what is no listing gives none`(text: String) {
    #expect(listing(text) == nil)
  }

  @Test func `a listing gives its keys, unescaped, and whether there are more`() {
    let text = """
      <?xml version="1.0"?>
      <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix>p/</Prefix>
      <IsTruncated>true</IsTruncated><Contents><Key>p/a&amp;b&#x41;</Key><Size>12</Size>
      <Owner><ID>x</ID></Owner></Contents><CommonPrefixes><Prefix>p/c</Prefix></CommonPrefixes>
      <Contents><Key>p/z</Key></Contents><Empty/></ListBucketResult>
      """
    let found = listing(text)
    #expect(found?.isTruncated == true)
    #expect(found?.objects.map(\.key) == ["p/a&bA", "p/z"])
    #expect(found?.objects.map(\.byteCount) == [12, 0])
  }

  @Test func `an error tells its code, message, request and region`() {
    let text =
      "<Error><Code>PermanentRedirect</Code><Message>go &lt;there&gt;</Message><RequestId>7F</RequestId>"
      + "<Region>eu-west-1</Region></Error>"
    let error = S3ErrorBody(Array(text.utf8))
    #expect(error.code == "PermanentRedirect")
    #expect(error.message == "go <there>")
    #expect(error.requestIdentifier == "7F")
    #expect(error.region == "eu-west-1")
    #expect(S3ErrorBody([]).code.isEmpty)
    #expect(S3ErrorBody(Array("<html>busy</html>".utf8)).code.isEmpty)
  }

  @Test func `no bytes make the scanner trap or go on for ever`() {
    let random = SeededRandomSource(seed: 0x53)
    let alphabet = Array("<>/&;!-? aKx#0\"".utf8)
    for _ in 0..<20_000 {
      let bytes = (0..<Int(random.next() % 60)).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
      var scanner = XMLScanner(bytes)
      var count = 0
      while scanner.next() != nil { count += 1 }
      #expect(count <= 2 * bytes.count + 1)
    }
  }

  @Test func `the date of an answer is read`() {
    #expect(Timestamp(http: "Sun, 06 Nov 1994 08:49:37 GMT") == Timestamp(milliseconds: 784_111_777_000))
    #expect(Timestamp(http: "Sunday, 06-Nov-94 08:49:37 GMT") == nil)
    #expect(Timestamp(http: "") == nil)
  }

  @Test func `base 64 is that of the RFC's examples`() {
    let examples = ["": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "foobar": "Zm9vYmFy"]
    for (text, encoded) in examples { #expect(Base64.encode(Array(text.utf8)) == encoded) }
  }
}

import Primitives
import S3Tier

/// What an S3 server answers, and the files of keys.
extension FuzzTarget {
  static var s3Answers: FuzzTarget {
    FuzzTarget {
      [
        "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>a&amp;b</Key>"
          + "<Size>12</Size></Contents><!-- c --><Empty/></ListBucketResult>",
        "<Error><Code>SlowDown</Code><Message>&#x41;&lt;</Message><RequestId>1</RequestId></Error>",
        "[profile work]\naws_access_key_id = a\n# c\naws_secret_access_key=b=c\r\n",
      ].map { Array($0.utf8) }
    } check: { bytes in
      let error = S3ErrorBody(bytes)
      try FuzzFinding.unless(error.code.utf8.count <= bytes.count * 3, "an error longer than what it was read from")
      let key = ProfileFile(bytes).value(of: "aws_access_key_id", in: "profile work")
      guard let listing = S3Listing(bytes) else {
        if error.code.isEmpty, key == nil { throw Refused() }
        return
      }
      try FuzzFinding.unless(listing.objects.count <= bytes.count, "more keys than bytes")
    }
  }

  private struct Refused: Error {}
}

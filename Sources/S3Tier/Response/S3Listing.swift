/// The answer to a listing: keys in ascending order, and whether there are more.
package struct S3Listing: Equatable {
  package struct Object: Equatable {
    package let key: String
    package let byteCount: UInt64
  }

  package private(set) var objects: [Object] = []
  package private(set) var isTruncated = false

  /// - Returns: nil when the document is no listing.
  package init?(_ document: [UInt8]) {
    var scanner = XMLScanner(document)
    var path: [String] = []
    var key = ""
    var size: UInt64 = 0
    var isComplete = false
    while let event = scanner.next() {
      switch event {
      case .start(let name): path.append(name)
      case .text(let text):
        switch path.dropFirst().joined(separator: "/") {
        case "IsTruncated": isTruncated = text == "true"
        case "Contents/Key": key += text
        case "Contents/Size": size = UInt64(text) ?? 0
        default: break
        }
      case .end(let name):
        guard path.popLast() == name else { return nil }
        if path.count == 1, name == "Contents" {
          objects.append(Object(key: key, byteCount: size))
          (key, size) = ("", 0)
        }
        isComplete = path.isEmpty && name == "ListBucketResult"
      }
    }
    guard isComplete else { return nil }
  }
}

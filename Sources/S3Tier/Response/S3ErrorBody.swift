/// What a server says about a request that failed.
package struct S3ErrorBody: Equatable {
  package private(set) var code = ""
  package private(set) var message = ""
  package private(set) var requestIdentifier = ""
  /// Where the bucket is, if it is elsewhere.
  package private(set) var region = ""

  /// Empty where the document is none: an answer without a body is an error all the same.
  package init(_ document: [UInt8]) {
    var scanner = XMLScanner(document)
    var path: [String] = []
    while path.count < 8, let event = scanner.next() {
      switch event {
      case .start(let name): path.append(name)
      case .end: path = Array(path.dropLast())
      case .text(let text):
        guard path.first == "Error", path.count == 2 else { continue }
        switch path[1] {
        case "Code": code = text
        case "Message": message = text
        case "RequestId": requestIdentifier = text
        case "Region": region = text
        default: break
        }
      }
    }
  }
}

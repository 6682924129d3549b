internal import HTTPTransport

/// One thing asked of S3, before it is signed.
struct S3Operation {
  /// What requests are counted by.
  enum Kind: String, CaseIterable {
    case get, head, put, list, copy, delete
  }

  let kind: Kind
  /// In the bucket; empty for the bucket itself.
  let key: String
  var query: [(name: String, value: String)] = []
  var headers: [HTTPHeader] = []
  var body: [UInt8] = []
  /// Of an answer.
  var bodyByteCountMax = 1 << 20

  var method: HTTPRequest.Method {
    switch kind {
    case .get, .list: .get
    case .head: .head
    case .put, .copy: .put
    case .delete: .delete
    }
  }

  /// Whether it changes something: then an answer that did not come leaves its outcome open.
  var writes: Bool {
    switch kind {
    case .put, .copy, .delete: true
    case .get, .head, .list: false
    }
  }
}

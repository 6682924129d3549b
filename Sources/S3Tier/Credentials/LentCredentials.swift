internal import HTTPTransport
internal import Primitives

/// What container and instance endpoints answer: a JSON object with keys that are good for a while.
enum LentCredentials {
  static func parse(_ body: [UInt8], from place: String) throws(CredentialFailure) -> S3Credentials {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONParser.parse(body)
    } catch {
      throw CredentialFailure("\(place) answered what is no JSON: \(error)")
    }
    guard case .string(let access)? = value["AccessKeyId"], case .string(let secret)? = value["SecretAccessKey"] else {
      throw CredentialFailure("\(place) answered without AccessKeyId or SecretAccessKey")
    }
    var token: String?
    if case .string(let text)? = value["Token"] { token = text }
    var expiration: Timestamp?
    if case .string(let text)? = value["Expiration"] { expiration = Timestamp(text: text) }
    return S3Credentials(accessKey: access, secretKey: secret, sessionToken: token, expiration: expiration)
  }
}

/// One exchange with an endpoint that stands beside this process.
struct LocalEndpoint: Sendable {
  let transport: any HTTPTransport
  let clock: SystemClock
  /// Such an endpoint answers at once or not at all.
  var seconds = 2.0

  func body(_ request: HTTPRequest, by deadline: Deadline) throws(CredentialFailure) -> [UInt8] {
    let response: HTTPResponse
    do throws(HTTPFailure) {
      response = try transport.send(
        request, bodyByteCountMax: 64 << 10, deadline: Deadline(seconds: seconds, from: clock).earlier(deadline))
    } catch {
      throw CredentialFailure("\(request.url): \(error.reason)")
    }
    guard response.status == 200 else { throw CredentialFailure("\(request.url) answered \(response.status)") }
    return response.body
  }
}

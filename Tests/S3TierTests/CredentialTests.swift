import HTTPTransport
import Primitives
import Testing

@testable import S3Tier

@Suite struct CredentialTests {
  private let clock = MovableClock()
  private var clocks: S3Clocks { S3Clocks(wall: clock, monotonic: SystemClock()) }

  private func chain(
    _ variables: [String: String], files: [String: String] = [:], _ transport: ScriptedTransport = ScriptedTransport()
  ) -> CredentialChain {
    var variables = variables
    variables["HOME"] = "/h"
    variables["AWS_EC2_METADATA_DISABLED"] = variables["AWS_EC2_METADATA_DISABLED"] ?? "true"
    let environment = S3Environment(variables: variables) { files[$0].map { Array($0.utf8) } }
    return CredentialChain(environment, transport: transport, clocks: clocks)
  }

  private func reason(_ chain: CredentialChain) -> String {
    #expect(throws: CredentialFailure.self) { try chain.credentials() }?.reason ?? ""
  }

  @Test func `half a pair in the environment is an error, and nobody else's keys are taken`() {
    let files = ["/h/.aws/credentials": "[default]\naws_access_key_id=F\naws_secret_access_key=G\n"]
    #expect(reason(chain(["AWS_ACCESS_KEY_ID": "a"], files: files)).contains("AWS_SECRET_ACCESS_KEY is not"))
    #expect(reason(chain(["AWS_SECRET_ACCESS_KEY": "a"], files: files)).contains("AWS_ACCESS_KEY_ID is not"))
  }

  @Test func `where nothing is set up it says where it looked`() {
    #expect(reason(chain([:])).contains("environment"))
    #expect(reason(chain(["AWS_PROFILE": "other"])).contains("\"other\""))
  }

  @Test func `the environment comes before files`() throws {
    let files = ["/h/.aws/credentials": "[default]\naws_access_key_id=F\naws_secret_access_key=G\n"]
    let variables = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "t"]
    let found = try chain(variables, files: files).credentials()
    #expect(found == S3Credentials(accessKey: "a", secretKey: "b", sessionToken: "t"))
    #expect(try chain([:], files: files).credentials() == S3Credentials(accessKey: "F", secretKey: "G"))
  }

  @Test func `a profile is found in either file, with comments and blanks around`() throws {
    let credentials = "# c\n[ work ]\n aws_access_key_id = W \r\naws_secret_access_key=X=Y\n;x\n[other]\n"
    let work = chain(["AWS_PROFILE": "work"], files: ["/h/.aws/credentials": credentials])
    #expect(try work.credentials() == S3Credentials(accessKey: "W", secretKey: "X=Y"))
    let config = "[profile work]\naws_access_key_id=P\naws_secret_access_key=Q\naws_session_token=R\n"
    let other = chain(["AWS_PROFILE": "work", "AWS_CONFIG_FILE": "/c"], files: ["/c": config])
    #expect(try other.credentials() == S3Credentials(accessKey: "P", secretKey: "Q", sessionToken: "R"))
  }

  @Test func `a container's keys are renewed before they expire, and kept when that fails`() throws {
    let lent = { (key: String, until: String) in
      HTTPResponse(
        status: 200,
        body: Array(
          #"{"AccessKeyId":"\#(key)","SecretAccessKey":"s","Token":"t","Expiration":"\#(until)"}"#.utf8))
    }
    let transport = ScriptedTransport([
      .success(lent("one", "1970-01-01T01:00:00Z")), .success(HTTPResponse(status: 500)),
      .success(lent("two", "1970-01-01T02:00:00Z")),
    ])
    let chain = chain(
      ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/keys", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "secret"], transport)
    #expect(try chain.credentials().accessKey == "one")
    #expect(transport.requests.first?.url == "http://169.254.170.2/keys")
    #expect(transport.requests.first?.headers == [HTTPHeader("Authorization", "secret")])
    clock.set(milliseconds: 54 * 60_000)
    #expect(try chain.credentials().accessKey == "one")
    #expect(transport.requests.count == 1)
    clock.set(milliseconds: 56 * 60_000)
    #expect(try chain.credentials().accessKey == "one")
    #expect(try chain.credentials().accessKey == "two")
    #expect(transport.requests.count == 3)
  }

  @Test func `keys are not asked for over an open network`() {
    let far = chain(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://10.0.0.1/keys"])
    #expect(reason(far).contains("https"))
  }

  @Test func `an instance is asked for a token first`() throws {
    let body = #"{"AccessKeyId":"i","SecretAccessKey":"s","Token":"t","Expiration":"2030-01-01T00:00:00Z"}"#
    let transport = ScriptedTransport([
      .success(HTTPResponse(status: 200, body: Array("token".utf8))),
      .success(HTTPResponse(status: 200, body: Array("role\n".utf8))),
      .success(HTTPResponse(status: 200, body: Array(body.utf8))),
    ])
    let found = try chain(["AWS_EC2_METADATA_DISABLED": "false"], transport).credentials()
    #expect(found.accessKey == "i")
    #expect(transport.requests.map(\.method) == [.put, .get, .get])
    #expect(transport.requests.last?.url.hasSuffix("/security-credentials/role") == true)
    #expect(transport.requests.last?.headers == [HTTPHeader("X-aws-ec2-metadata-token", "token")])
  }

  @Test(arguments: ["", "{", "[]", #"{"AccessKeyId":"a"}"#, #"{"AccessKeyId":1,"SecretAccessKey":"s"}"#])
  func `an answer without keys is an error`(body: String) {
    let transport = ScriptedTransport([.success(HTTPResponse(status: 200, body: Array(body.utf8)))])
    let chain = chain(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/keys"], transport)
    #expect(reason(chain).contains("answered"))
  }
}

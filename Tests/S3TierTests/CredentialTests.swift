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
    #expect(throws: CredentialFailure.self) { try chain.credentials(by: .never) }?.reason ?? ""
  }

  @Test func `half a pair in the environment is an error, and nobody else's keys are taken`() {
    let files = ["/h/.aws/credentials": "[default]\naws_access_key_id=F\naws_secret_access_key=G\n"]
    #expect(reason(chain(["AWS_ACCESS_KEY_ID": "a"], files: files)).contains("AWS_SECRET_ACCESS_KEY is not"))
    #expect(reason(chain(["AWS_SECRET_ACCESS_KEY": "a"], files: files)).contains("AWS_ACCESS_KEY_ID is not"))
  }

  @Test(arguments: ["role_arn", "sso_session", "sso_start_url", "credential_process", "web_identity_token_file"])
  func `a profile whose keys are elsewhere is an error, and no endpoint is asked for others`(setting: String) {
    let config = "[profile work]\nregion=r\n\(setting)=x\n[default]\n\(setting)=x\n"
    for profile in [["AWS_PROFILE": "work"], [:]] {
      let endpoint = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/keys"].merging(profile) { $1 }
      let transport = ScriptedTransport()
      let said = reason(chain(endpoint, files: ["/h/.aws/config": config], transport))
      #expect(said.contains("has \(setting), which is not supported: set AWS_ACCESS_KEY_ID"), "\(said)")
      #expect(transport.requests.isEmpty)
    }
  }

  @Test func `a web identity, and half a pair in a file, are errors too`() {
    #expect(reason(chain(["AWS_WEB_IDENTITY_TOKEN_FILE": "/t"])).contains("AWS_WEB_IDENTITY_TOKEN_FILE is set"))
    let files = ["/h/.aws/credentials": "[default]\naws_access_key_id=F\n"]
    #expect(reason(chain(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/k"], files: files)).contains("not the other"))
  }

  @Test func `where nothing is set up it says where it looked`() {
    #expect(reason(chain([:])).contains("environment"))
    #expect(reason(chain(["AWS_PROFILE": "other"])).contains("\"other\""))
  }

  @Test func `the environment comes before files`() throws {
    let files = ["/h/.aws/credentials": "[default]\naws_access_key_id=F\naws_secret_access_key=G\n"]
    let variables = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "t"]
    let found = try chain(variables, files: files).credentials(by: .never)
    #expect(found == S3Credentials(accessKey: "a", secretKey: "b", sessionToken: "t"))
    #expect(try chain([:], files: files).credentials(by: .never) == S3Credentials(accessKey: "F", secretKey: "G"))
  }

  @Test func `a profile is found in either file, with comments and blanks around`() throws {
    let credentials = "# c\n[ work ]\n aws_access_key_id = W \r\naws_secret_access_key=X=Y\n;x\n[other]\n"
    let work = chain(["AWS_PROFILE": "work"], files: ["/h/.aws/credentials": credentials])
    #expect(try work.credentials(by: .never) == S3Credentials(accessKey: "W", secretKey: "X=Y"))
    let config = "[profile work]\naws_access_key_id=P\naws_secret_access_key=Q\naws_session_token=R\n"
    let other = chain(["AWS_PROFILE": "work", "AWS_CONFIG_FILE": "/c"], files: ["/c": config])
    #expect(try other.credentials(by: .never) == S3Credentials(accessKey: "P", secretKey: "Q", sessionToken: "R"))
  }

  private func lent(_ key: String, until: String) -> Result<HTTPResponse, HTTPFailure> {
    let body = #"{"AccessKeyId":"\#(key)","SecretAccessKey":"s","Token":"t","Expiration":"\#(until)"}"#
    return .success(HTTPResponse(status: 200, body: Array(body.utf8)))
  }

  private let failing = Result<HTTPResponse, HTTPFailure>.success(HTTPResponse(status: 500))

  @Test func `a container's keys are renewed before they expire, and kept when that fails`() throws {
    let transport = ScriptedTransport([
      lent("one", until: "1970-01-01T01:00:00Z"), failing, lent("two", until: "1970-01-01T02:00:00Z"),
    ])
    let chain = chain(
      ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/keys", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "secret"], transport)
    #expect(try chain.credentials(by: .never).accessKey == "one")
    #expect(transport.requests.first?.url == "http://169.254.170.2/keys")
    #expect(transport.requests.first?.headers == [HTTPHeader("Authorization", "secret")])
    clock.set(milliseconds: 54 * 60_000)
    #expect(try chain.credentials(by: .never).accessKey == "one")
    #expect(transport.requests.count == 1)
    clock.set(milliseconds: 56 * 60_000)
    for _ in 1...3 { #expect(try chain.credentials(by: .never).accessKey == "one") }
    #expect(transport.requests.count == 2)
    clock.set(milliseconds: 56 * 60_000 + 10_000)
    #expect(try chain.credentials(by: .never).accessKey == "two")
  }

  @Test func `an endpoint that gave nothing is left alone for a while, and everybody told why`() {
    let transport = ScriptedTransport([failing, failing])
    let chain = chain(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/keys"], transport)
    for _ in 1...3 { #expect(reason(chain).contains("answered 500")) }
    #expect(transport.requests.count == 1)
    clock.set(milliseconds: 10_000)
    #expect(reason(chain).contains("answered 500"))
    #expect(transport.requests.count == 2)
  }

  @Test func `of many callers one asks, and all have what it got`() {
    let transport = ScriptedTransport([lent("one", until: "1970-01-01T01:00:00Z")], delayNanoseconds: 50_000_000)
    let chain = chain(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/keys"], transport)
    let keys = Parallel.map(Array(0..<8), jobs: 8) { _ in try? chain.credentials(by: .never).accessKey }
    #expect(keys == [String?](repeating: "one", count: 8))
    #expect(transport.requests.count == 1)
  }

  @Test func `who has no time left is not asked for longer than that`() {
    let transport = ScriptedTransport([failing])
    let chain = chain(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/keys"], transport)
    let past = Deadline(seconds: 0, from: SystemClock())
    #expect(throws: CredentialFailure.self) { try chain.credentials(by: past) }
    #expect(transport.deadlines.map { $0.hasPassed(on: SystemClock()) } == [true])
    #expect(reason(chain).contains("script is at its end"))
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
    let found = try chain(["AWS_EC2_METADATA_DISABLED": "false"], transport).credentials(by: .never)
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

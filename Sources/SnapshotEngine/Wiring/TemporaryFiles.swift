internal import Glibc

/// Where files stand that nobody needs for longer than a call.
enum TemporaryFiles {
  /// `TMPDIR`, or else `/tmp`.
  static var directory: String {
    let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? ""
    return base.isEmpty ? "/tmp" : base
  }
}

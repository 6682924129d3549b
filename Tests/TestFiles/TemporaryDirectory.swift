package import FileIO
internal import Glibc

/// A directory of a test's own, removed with everything in it when the test is over.
package final class TemporaryDirectory: Sendable {
  package let path: String

  package init(in parent: String = "/tmp") throws {
    var template = Array("\(parent)/snapshot-engine-XXXXXX".utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { buffer -> String? in
      guard let base = buffer.baseAddress, let name = unsafe mkdtemp(base) else { return nil }
      return unsafe String(cString: name)
    }
    guard let made else { throw CannotBeMade() }
    path = made
  }

  package struct CannotBeMade: Error {}

  deinit {
    do {
      try Directory(path: path).removeContents()
    } catch {
      print("\(path) stays behind: \(error)")
    }
    unsafe rmdir(path)
  }

  package func open() throws -> Directory { try Directory(path: path) }
}

extension Directory {
  package func write(_ text: String, to path: some PathBeneath) throws {
    let file = try open(path, for: .readWriteOrNew(.file))
    try file.write(Array(text.utf8), at: 0)
  }

  package func text(of path: some PathBeneath) throws -> String {
    String(decoding: try open(path, for: .read).readAll(limit: 1 << 20), as: UTF8.self)
  }

  package func names() throws -> [String] {
    try list().map { String(decoding: $0.name, as: UTF8.self) }
  }
}

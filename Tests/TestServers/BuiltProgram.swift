import Foundation

/// What was built beside the tests.
package enum BuiltProgram {
  package static var snapctl: String {
    let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    return own.deletingLastPathComponent().appending(path: "snapctl").path
  }
}

import Foundation

/// The paths of a checkout's files: git's answer where there is one, else a walk (a source archive has no git).
enum Listing {
  static func paths(under root: URL) -> [String] {
    let listed = git(root) ?? walk(root)
    return Array(Set(listed)).sorted()
  }

  /// Tracked files, whatever the ignore file says of them, and those not ignored.
  private static func git(_ root: URL) -> [String]? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    process.currentDirectoryURL = root
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let listed = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return listed.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func walk(_ root: URL) -> [String] {
    guard let walker = FileManager.default.enumerator(atPath: root.path(percentEncoded: false)) else { return [] }
    var paths: [String] = []
    while let path = walker.nextObject() as? String {
      if isBuildFolder(path) {
        walker.skipDescendants()
      } else if walker.fileAttributes?[.type] as? FileAttributeType == .typeRegular {
        paths.append(path)
      }
    }
    return paths
  }

  private static func isBuildFolder(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    return name.hasPrefix(".build") || [".git", ".swiftpm", ".venv", "__pycache__", "Package.resolved"].contains(name)
  }
}

internal import CSystemCalls
internal import Glibc

/// Where a path leads, as far as that can be told without touching a network file system.
package struct MountedPath: Sendable {
  /// Absolute, without links up to the mount.
  package let bytes: [UInt8]
  /// What it lies on; nil where the table does not say.
  package let mount: MountPoint?

  /// Nil for one that is not text.
  package var path: String? { String(validating: bytes, as: UTF8.self) }
}

extension MountTable {
  /// What `path` lies on, whether or not it is there.
  ///
  /// Links are followed as the system would follow them, up to the first network file system on the way: what lies in
  /// there is taken to stay there.
  /// - Throws: `.leadsOutside` for links that go round in circles.
  package func place(of path: String) throws(FileError) -> MountedPath {
    var walk = PathWalk(try MountTable.absolute(path), root: root)
    while walk.mount?.isNetwork != true, let name = walk.next() {
      let here = walk.path + [slash] + name
      if let mount = mount(at: here, in: walk.mount) {
        walk.enter(name, mount)
      } else if let target = MountTable.target(of: here) {
        try walk.follow(target, root: root)
      } else {
        walk.enter(name, walk.mount)
      }
    }
    return MountedPath(bytes: walk.wholePath, mount: walk.mount)
  }

  /// A network file system that /etc/fstab wants where `path` lies, and that is not mounted there.
  package func missing(for path: MountedPath, in configured: MountTable) -> MountPoint? {
    configured.mounts.last { wanted in
      let isAbove = path.bytes == wanted.pathBytes || path.bytes.starts(with: wanted.pathBytes + [slash])
      return wanted.isNetwork && isAbove && !mounts.contains { $0.pathBytes == wanted.pathBytes }
    }
  }

  /// A network file system that a walk from `place` down meets: there, or mounted further down.
  package func networkMount(of place: MountedPath) -> MountPoint? {
    if let mount = place.mount, mount.isNetwork { return mount }
    let above = place.bytes == [slash] ? place.bytes : place.bytes + [slash]
    return mounts.first { $0.isNetwork && $0.pathBytes.starts(with: above) }
  }

  private var root: MountPoint? { mounts.last { $0.pathBytes == [slash] } }

  /// What is mounted right there, on top of all else that is.
  private func mount(at path: [UInt8], in parent: MountPoint?) -> MountPoint? {
    var found: MountPoint?
    // In the order of the table what covers another stands behind it.
    for mount in mounts where mount.pathBytes == path {
      if mount.parent == (found ?? parent)?.identifier || parent == nil { found = mount }
    }
    return found
  }

  private static func absolute(_ path: String) throws(FileError) -> [UInt8] {
    let bytes = Array(path.utf8)
    guard !bytes.isEmpty, !bytes.contains(0) else { throw FileError(.open, FileLocation(bytes), .notFound) }
    guard bytes.first != slash else { return bytes }
    // getcwd(3) asks the kernel's own memory, never the file system.
    guard let here = unsafe getcwd(nil, 0) else { throw FileError(.open, FileLocation(bytes), errno: errno) }
    defer { unsafe free(here) }
    return unsafe Array(String(cString: here).utf8) + [slash] + bytes
  }

  /// Where a link leads; nil for what is none.
  private static func target(of path: [UInt8]) -> [UInt8]? {
    let terminated = path.map { CChar(bitPattern: $0) } + [0]
    var buffer = [CChar](repeating: 0, count: FileLimits.linkTargetByteCountMax)
    let count = unsafe readlink(terminated, &buffer, buffer.count)
    return count > 0 ? buffer[..<count].map { UInt8(bitPattern: $0) } : nil
  }
}

/// The way along a path, component by component.
private struct PathWalk {
  /// What was walked: absolute and without links; empty at the root.
  private(set) var path: [UInt8] = []
  private(set) var mount: MountPoint?
  /// The mounts of every directory above, to come back to.
  private var above: [MountPoint?] = []
  private var rest: [[UInt8]]
  private var linkCount = 0
  /// As many as the system follows.
  private static let linkCountMax = 40

  init(_ path: [UInt8], root: MountPoint?) {
    rest = PathWalk.components(path)
    mount = root
  }

  var wholePath: [UInt8] {
    let whole = rest.reversed().reduce(path) { $0 + [slash] + $1 }
    return whole.isEmpty ? [slash] : whole
  }

  /// The next name to enter.
  mutating func next() -> [UInt8]? {
    while let name = rest.popLast() {
      guard name == PathWalk.parent else { return name }
      if let mount = above.popLast() {
        self.mount = mount
        path.removeLast(path.count - (path.lastIndex(of: slash) ?? 0))
      }
    }
    return nil
  }

  mutating func enter(_ name: [UInt8], _ mount: MountPoint?) {
    above.append(self.mount)
    path += [slash] + name
    self.mount = mount
  }

  mutating func follow(_ target: [UInt8], root: MountPoint?) throws(FileError) {
    linkCount += 1
    guard linkCount <= PathWalk.linkCountMax, rest.count <= FileLimits.linkTargetByteCountMax else {
      throw FileError(.open, FileLocation(path), .leadsOutside)
    }
    if target.first == slash { (path, above, mount) = ([], [], root) }
    rest += PathWalk.components(target)
  }

  /// Last one first.
  private static func components(_ path: [UInt8]) -> [[UInt8]] {
    path.split(separator: slash).map { Array($0) }.filter { $0 != [UInt8(ascii: ".")] }.reversed()
  }

  private static let parent = Array("..".utf8)
}

private let slash = UInt8(ascii: "/")

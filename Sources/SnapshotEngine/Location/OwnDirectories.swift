internal import FileIO
internal import Primitives

/// Where a store, its cache and this host's own state lie, as far as those are directories.
///
/// A directory that is synced becomes what its version is: whatever else lies in it goes. And a store that lies in what
/// it takes a version of would have to hold itself.
struct OwnDirectories: Sendable {
  private struct Own: Sendable {
    let name: String
    let path: String
    /// Whether a version may hold it: its bytes are nothing that a `create` writes to.
    let mayBeStored: Bool
  }

  private let own: [Own]

  init(_ store: StoreLocation, _ configuration: EngineConfiguration) {
    let cache = configuration.cache.flatMap { try? StoreLocation($0) }
    let state = try? StateDirectory(configuration)
    let named = [
      ("the store", OwnDirectories.path(of: store), false), ("the cache", cache.flatMap(OwnDirectories.path), false),
      ("the state of this host", state?.path, true),
    ]
    own = named.compactMap { name, path, mayBeStored in
      path.map { Own(name: name, path: $0, mayBeStored: mayBeStored) }
    }
  }

  /// - Throws: `.usage` when a sync of the directory would remove one of these, or write into it.
  func checkSync(_ directory: String) throws(EngineError) {
    try check(directory, own, "Sync into a directory of its own: what lies in it is replaced")
  }

  /// - Throws: `.usage` when a version of the directory would hold what it is written to.
  func checkCreate(_ directory: String) throws(EngineError) {
    try check(directory, own.filter { !$0.mayBeStored }, "Keep it elsewhere, or make a version of another directory")
  }

  private func check(_ directory: String, _ own: [Own], _ advice: String) throws(EngineError) {
    let table = try? MountTable.current()
    let path = OwnDirectories.resolved(directory, table)
    let name = Printable.string(directory)
    for place in own {
      let ownPath = OwnDirectories.resolved(place.path, table)
      let how: String
      if ownPath == path {
        how = "\(name) is \(place.name)"
      } else if OwnDirectories.isBelow(ownPath, path) {
        how = "\(place.name) lies in \(name)"
      } else if OwnDirectories.isBelow(path, ownPath) {
        how = "\(name) lies in \(place.name)"
      } else {
        continue
      }
      throw EngineError(.usage, "\(how) (\(Printable.string(ownPath)))", subject: name, advice: advice)
    }
  }

  private static func isBelow(_ path: [UInt8], _ directory: [UInt8]) -> Bool {
    let slash = UInt8(ascii: "/")
    return path.starts(with: directory.last == slash ? directory : directory + [slash])
  }

  private static func path(of location: StoreLocation) -> String? {
    guard case .directory(let path) = location else { return nil }
    return path
  }

  /// Absolute, without links; as far as a network file system on the way. Touches nothing that is mounted from
  /// elsewhere.
  private static func resolved(_ path: String, _ table: MountTable?) -> [UInt8] {
    (try? table?.place(of: path))?.bytes ?? Array(DirectoryPlace.absolute(path).utf8)
  }
}

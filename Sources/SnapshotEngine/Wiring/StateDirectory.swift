internal import Glibc
internal import Primitives

/// Where host-local state lies that does not lie beside a store. May be lost at any time.
struct StateDirectory {
  let path: String

  init(_ configuration: EngineConfiguration) throws(EngineError) {
    if let path = configuration.stateDirectory {
      self.path = path
    } else if let base = StateDirectory.variable("XDG_STATE_HOME") {
      path = "\(base)/snapctl"
    } else if let home = StateDirectory.variable("HOME") {
      path = "\(home)/.local/state/snapctl"
    } else {
      throw EngineError(.usage, "there is no directory for the catalog's own state", advice: "Set SNAPCTL_STATE_DIR")
    }
  }

  func catalog(of store: UniqueName) -> String { "\(path)/stores/\(store.hex)/catalog" }

  /// Where it is counted how caches served a store.
  func ledger(of store: UniqueName) -> String { "\(path)/stores/\(store.hex)/served" }

  /// What is remembered of network file systems.
  var mounts: String { "\(path)/mounts" }

  private static func variable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}

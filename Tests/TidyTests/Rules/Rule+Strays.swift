extension Rule {
  static let noMachinePaths = Rule(
    name: "no paths of one machine",
    why: "What is written here holds on every machine: relative paths, variables, temporary folders.",
    examples: machineFolders.map { .bad("docs/a.md", "\nsee \($0)a", lines: [2]) } + [
      .bad("Tests/Fixtures/a.json", "{\"path\":\"\(machineFolders[0])a\"}"),
      .good("docs/a.md", "see Tests\(machineFolders[0])a, $HOME\(machineFolders[0])a and ${X}\(machineFolders[1])a"),
    ]
  ) { file, _ in
    machineFolders.flatMap { folder in
      file.bytes.occurrences(of: Array(folder.utf8)).filter { !isContinued(at: $0, in: file.bytes) }.map {
        file.finding(file.line(at: $0), "names \(folder)…")
      }
    }
  }

  static let noRegistryHosts = Rule(
    name: "no package registry hosts",
    why: "Where packages come from is set on the machine, not by the project.",
    examples: registryHosts.map { .bad("Makefile", "\nget https://\($0)/a", lines: [2]) } + [
      .good("Package.swift", "let url = \"https://github.com/apple/swift-log\"")
    ]
  ) { file, _ in
    registryHosts.flatMap { host in
      file.bytes.words(host).map { file.finding(file.line(at: $0), "names \(host)") }
    }
  }

  static let noMarkers = Rule(
    name: "no stray markers",
    why: "What is unfinished is finished, or written down where work is planned.",
    examples: markers.map { .bad("Sources/A/A.swift", "// \($0): later") } + [
      .bad(".ci/run", "# \(markers[0])"),
      .good("docs/a.md", "mktemp a.\(markers[2])\(markers[2]) and \(markers[0])LIST"),
    ]
  ) { file, _ in
    guard !file.isFixture else { return [] }
    return markers.flatMap { marker in
      file.bytes.words(marker).map { file.finding(file.line(at: $0), "says \(marker)") }
    }
  }

  static let noBuildProducts = Rule(
    name: "no build products",
    why: "They are made from what is here and differ from machine to machine.",
    examples: [
      .bad("Package.resolved", "{}"),
      .bad("Benchmarks/.build/a.o", ""),
      .bad("Tests/Support/__pycache__/a.pyc", ""),
      .good("Sources/A/Build.swift", ""),
    ]
  ) { file, _ in
    let products = file.path.split(separator: "/").filter {
      $0.hasPrefix(".build") || $0.hasSuffix(".pyc") || $0.hasSuffix(".o")
        || ["Package.resolved", ".swiftpm", "__pycache__", ".venv"].contains($0)
    }
    return products.prefix(1).map { file.finding(1, "\($0) is not for the repository") }
  }

  // Spelled in parts, so that these tables do not find themselves.
  private static let machineFolders = ["work", "root", "home"].map { "/\($0)/" }
  private static let markers = ["TO" + "DO", "FIX" + "ME", "X" + "XX"]
  private static let registryHosts = [
    ["pypi", "org"], ["files", "pythonhosted", "org"], ["registry", "npmjs", "org"], ["crates", "io"],
    ["proxy", "golang", "org"], ["deb", "debian", "org"], ["registry-1", "docker", "io"], ["docker", "io"],
    ["ghcr", "io"], ["quay", "io"],
  ].map { $0.joined(separator: ".") }

  /// Whether the path goes on to the left: a relative path, or one below a variable.
  private static func isContinued(at offset: Int, in bytes: [UInt8]) -> Bool {
    guard offset > 0 else { return false }
    let before = bytes[offset - 1]
    return before.isIdentifier || "}.)-".utf8.contains(before)
  }
}

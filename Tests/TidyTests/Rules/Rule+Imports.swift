extension Rule {
  static let importDirection = Rule(
    name: "imports point down",
    why: "The walls of docs/ARCHITECTURE.md; the table is in ImportWalls.swift.",
    examples: [
      .bad("Sources/Primitives/A.swift", "import SnapshotFormat"),
      .bad("Sources/SnapshotStore/A.swift", "\npublic import RocksDBCatalog", lines: [2]),
      .bad("Sources/VectorCollections/A.swift", "@testable package import SnapshotSync"),
      .bad("Sources/SnapshotFormat/A.swift", "import Glibc"),
      .bad("Sources/FileIO/A.swift", "@preconcurrency import struct Foundation.Data"),
      .bad("Sources/snapctl/A.swift", "import SnapshotStore"),
      .bad("Sources/snapctl/A.swift", "import Crypto"),
      .bad("Sources/Cellar/A.swift", "let a = 1"),
      .good("Sources/SnapshotStore/A.swift", "package import Catalog\nimport Crypto\n// import FileTier"),
      .good("Sources/SnapshotEngine/A.swift", "import Foundation\nimport FileTier"),
      .good("Sources/snapctl/A.swift", "import ArgumentParser\nimport Glibc\nimport Logging\nimport SnapshotEngine"),
      .good("Tests/CatalogTests/A.swift", "@testable import Catalog\nimport Foundation"),
    ]
  ) { file, _ in
    guard file.isSwift, let target = file.target else { return [] }
    guard let room = ImportWalls.rooms[target] else {
      return [file.finding(1, "no room for the module \(target) in ImportWalls.swift")]
    }
    return imports(in: file).compactMap { line, module in
      guard module != target, !room.admits(module) else { return nil }
      return file.finding(line, "\(target) must not import \(module)")
    }
  }

  /// The modules a file imports, with their lines.
  private static func imports(in file: TextFile) -> [(line: Int, module: String)] {
    file.code.words("import").compactMap { offset in
      let line = file.line(at: offset)
      let words = file.text(ofLine: line).split(separator: " ").drop { $0 != "import" }.dropFirst()
      let kinds = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
      guard let path = words.first(where: { !kinds.contains(String($0)) }) else { return nil }
      return (line, String(path.prefix { $0 != "." }))
    }
  }
}

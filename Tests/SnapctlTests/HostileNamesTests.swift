import Foundation
import Testing

/// Every name goes all the way: into a version, out of it in every style, through an archive, and by every verb that
/// prints it. Other programs (find, diff, tar) say whether names and bytes are the same.
@Suite struct `Hostile names` {
  private func tree() throws -> Program {
    let program = try Program()
    try program.shell("mkdir tree before; echo x > before/x")
    try HostileNames.make(in: "\(program.folder.path)/tree")
    return program
  }

  /// Names, types, modes, targets and bytes of two directories are the same.
  private func expectSame(
    _ program: borrowing Program, _ copy: String, sourceLocation: SourceLocation = #_sourceLocation
  )
    throws
  {
    try program.shell(
      """
      export LC_ALL=C
      list() { (cd "$1"; find . -mindepth 1 -path ./.snapctl -prune -o -printf '%P\\0%y\\0%m\\0%l\\0\\0' | sort -z); }
      list tree > listed-tree; list '\(copy)' > listed-copy; cmp listed-tree listed-copy
      diff -r --no-dereference -x .snapctl tree '\(copy)'
      """, sourceLocation: sourceLocation)
  }

  /// What was printed cannot do anything to a terminal, and is text.
  private func expectSafe(_ run: Program.Run, _ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
    for text in [run.output, run.errors] {
      let unsafe = text.unicodeScalars.first { scalar in
        switch scalar.properties.generalCategory {
        case .control: scalar != "\n"
        case .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: true
        default: false
        }
      }
      #expect(
        unsafe == nil, "\(what) prints U+\(String(unsafe?.value ?? 0, radix: 16))", sourceLocation: sourceLocation)
    }
  }

  private func passes(
    _ program: borrowing Program, _ arguments: [String], status: Int32 = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Program.Run {
    let run = try program.run(arguments)
    #expect(run.status == status, "\(arguments): \(run.errors.prefix(2_000))", sourceLocation: sourceLocation)
    expectSafe(run, "\(arguments)", sourceLocation: sourceLocation)
    return run
  }

  @Test func `are more than two hundred, and all of them different`() {
    #expect(HostileNames.all.count >= 300)
    #expect(HostileNames.all.allSatisfy { (1...255).contains($0.count) && !$0.contains(0) && !$0.contains(0x2F) })
  }

  @Test func `come out of a version as they went in, whatever way they are brought`() throws {
    let program = try tree()
    _ = try passes(program, ["init"])
    _ = try passes(program, ["create", "words", "before"])
    let created = try passes(program, ["create", "words", "tree", "--append-version", "--explain", "--json"])
    #expect(try created.last("created")["version"] as? Int == 2)
    for (style, copy) in [([], "copy"), (["--in-place"], "patched"), (["--generations"], "gens")] {
      _ = try passes(program, ["sync", "words@1", copy] + style)
      _ = try passes(program, ["sync", "words@2", copy, "--explain"] + style)
      try expectSame(program, copy == "gens" ? "gens/current/" : copy)
      let tree = copy == "gens" ? "gens/current/" : copy
      _ = try passes(program, ["status", "words@2", tree])
      _ = try passes(program, ["verify", "--local", copy])
    }
    _ = try passes(program, ["verify", "--level", "semantic"])
    _ = try passes(program, ["fork", "copy", "work"])
    try expectSame(program, "work")
    _ = try passes(program, ["export", "words@2", "-o", "words.tar"])
    // Elsewhere tar converts names to the charset of its locale, where some come to nothing.
    try program.shell("mkdir untarred; LC_ALL=C.UTF-8 tar -xpf words.tar -C untarred")
    try expectSame(program, "untarred")
    for json in [[], ["--json"]] {
      let differences = try passes(program, ["diff", "words@1", "words@2"] + json)
      let lines = differences.output.split(separator: "\n").count
      #expect(lines == HostileNames.entryCount + 1 + json.count, "one of each name, and the one that is gone")
    }
  }

  @Test func `are printed safely where they are changed, missing, left out and damaged`() throws {
    let program = try tree()
    _ = try passes(program, ["init"])
    _ = try passes(program, ["create", "words", "tree"])
    _ = try passes(program, ["sync", "words", "copy"])
    // All bytes of all files are others, and a third of the links and files is gone.
    try program.shell(
      """
      find copy -path copy/.snapctl -prune -o -type f -print0 | xargs -0 -n 1 sh -c 'echo other > "$0"'
      find copy -mindepth 1 -path copy/.snapctl -prune -o -type l -print0 | xargs -0 rm --
      """)
    let listed = try passes(program, ["sync", "words", "copy", "--keep-local"], status: 11)
    #expect(listed.output.split(separator: "\n").count > 250)
    _ = try passes(program, ["diff", "words", "copy", "--exit-code"], status: 11)
    _ = try passes(program, ["diff", "words", "copy", "--exit-code", "--json"], status: 11)
    _ = try passes(program, ["verify", "--local", "copy"], status: 4)
    _ = try passes(program, ["verify", "--local", "copy", "--json"], status: 4)
    _ = try passes(program, ["sync", "words", "copy", "--dry-run", "--explain"])
    _ = try passes(program, ["sync", "words", "copy", "--explain", "--json"])
    try expectSame(program, "copy")
    // A FIFO of each name is named and left out.
    try program.shell(
      """
      rm -rf tree/.snapctl; cp -a tree pipes; find pipes -type f -print0 | xargs -0 rm --
      (cd tree; find . -type f -print0) | (cd pipes; xargs -0 mkfifo --)
      """)
    let created = try passes(program, ["create", "pipes", "pipes"])
    #expect(created.errors.split(separator: "\n").count > 250)
    try program.shell("find store/packs -type f -print0 | xargs -0 -n 1 truncate -s -9000")
    _ = try passes(program, ["verify"], status: 4)
    _ = try passes(program, ["verify", "--json"], status: 4)
  }
}

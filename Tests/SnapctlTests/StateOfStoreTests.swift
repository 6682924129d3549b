import Foundation
import Glibc
import SnapshotEngine
import Testing

@Suite struct `stats and doctor` {
  @Test func `say what is stored, by version and form`() throws {
    let program = try Program.withOneVersion()
    try program.shell("head -c 400000 /dev/urandom > tree/r")
    #expect(try program("create", "words", "tree").status == 0)
    try program.shell("printf x | dd of=tree/r bs=1 seek=1000 conv=notrunc 2> /dev/null")
    #expect(try program("create", "words", "tree").status == 0)
    #expect(try program("append", "texts", "--input", "-", input: "{\"id\":\"a\",\"vector\":[1]}\n").status == 0)
    let all = try program("stats", "--json").objects()
    #expect(all.map { $0["type"] as? String } == ["stats", "stats", "stats"])
    let (texts, store) = (all[0], all[2])
    #expect((texts["backlog"] as? [String: Any])?["operations"] as? Int == 1)
    #expect(store["packBytesElsewhere"] as? Int == 0)
    let words = try program("stats", "words", "--json").last("stats")
    expect(words, has: "collection kind versions bytesNewest bytesTotal bytesStored dedupeRatio forms growth")
    let growth = try #require(words["growth"] as? [[String: Any]]).compactMap { $0["bytesStored"] as? Int }
    #expect(growth.count == 3 && growth[1] > 400_000 && growth[2] < 20_000, "\(growth)")
    let forms = try #require(words["forms"] as? [[String: Any]])
    #expect(forms.contains { $0["form"] as? String == "sparsePatch" && $0["chunks"] as? Int == 1 })
    #expect(growth.reduce(0, +) == words["bytesStored"] as? Int)
  }

  @Test func `say how caches served this host, from process to process`() throws {
    let program = try Program.withOneVersion()
    func cache() throws -> [String: Any]? { try program("stats", "--json").last("stats")["cache"] as? [String: Any] }
    #expect(try cache() == nil)
    #expect(try program("stats").output.contains("nothing is known on this host"))
    #expect(try program("sync", "words", "copy", "--cache", "cache").status == 0)
    let cold = try #require(try cache())
    expect(cold, has: "since hits misses bytesRead bytesFilled failures damaged")
    let (hits, misses) = (try #require(cold["hits"] as? Int), try #require(cold["misses"] as? Int))
    #expect(misses > 0 && cold["bytesFilled"] as? Int ?? 0 > 0)
    var told = (hits: 0, misses: 0)
    for copy in ["second", "third"] {
      let synced = try program("sync", "words", copy, "--cache", "cache", "--json").last("synced")
      told.hits += try #require(synced["cacheHits"] as? Int)
      told.misses += try #require(synced["cacheMisses"] as? Int)
    }
    let warm = try #require(try cache())
    #expect(told.hits > 0 && warm["hits"] as? Int == hits + told.hits && warm["misses"] as? Int == misses + told.misses)
    #expect(warm["since"] as? String == cold["since"] as? String)
    #expect(try program("stats").output.contains("\(hits + told.hits) hits"))
    // What cannot be read is as good as lost, and two at once lose nothing.
    try program.shell("file=$(find .local/state -name cache); test $(wc -l < $file) = 1; echo x > $file")
    #expect(try cache() == nil)
    let both = try (0..<2).map {
      try program.start(["sync", "words", "at-once-\($0)", "--cache", "cache", "--json"], output: "log-\($0)")
    }
    for process in both { process.waitUntilExit() }
    let counted = try (0..<2).map { number in
      let line = try #require(try program.text(of: "log-\(number)").split(separator: "\n").last)
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(object?["cacheHits"] as? Int)
    }
    #expect(try cache()?["hits"] as? Int == counted.reduce(0, +))
  }

  @Test func `find nothing wrong where all is well, and leave nothing behind`() throws {
    let program = try Program.withOneVersion()
    try program.shell("mkdir cache")
    let run = try program("doctor", "--cache", "cache", "--json")
    #expect(run.status == 0, "\(run.output)")
    let checks = try run.objects().dropLast()
    for check in checks { expect(check, has: "tier check fine found advice") }
    #expect(Set(checks.compactMap { $0["tier"] as? String }) == ["origin", "cache"])
    try program.shell("test -z \"$(ls store/tmp cache/tmp | grep doctor)\"")
  }

  @Test func `name what has to be done`() throws {
    let program = try Program.withOneVersion()
    let missing = try program("doctor", "--cache", "nowhere", "--json")
    #expect(missing.status == 1)
    #expect(missing.output.contains("mounted"))
    let none = try program("doctor", "--store", "nothing")
    #expect(none.status == 1)
    #expect(none.output.contains("snapctl init"))
    try program.shell(
      "printf x | dd of=store/store bs=1 seek=40 conv=notrunc 2> /dev/null || true; chmod u+w store/store")
    try program.shell("printf xx | dd of=store/store bs=1 seek=40 conv=notrunc 2> /dev/null")
    #expect(try program("doctor").status == 1)
  }
}

/// Rights bind nobody who is root.
@Suite(.enabled(if: getuid() == 0)) struct `A doctor of somebody else's store` {
  private func diagnosed(_ program: borrowing Program, _ rights: String) throws -> [[String: Any]] {
    let binary = Program.location.path
    try program.shell(
      """
      \(rights)
      chmod 755 .; mkdir -p state; chown 65534:65534 state; export SNAPCTL_STORE=store HOME=$PWD/state
      setpriv --reuid 65534 --regid 65534 --clear-groups '\(binary)' doctor --json > out 2> errors || echo $? > status
      """)
    return try program.text(of: "out").split(separator: "\n").compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }

  @Test func `says that there are no rights to write, and what to do`() throws {
    let program = try Program()
    #expect(try program("init", "--catalog", "directory").status == 0)
    let checks = try diagnosed(program, "chmod -R a+rX,go-w store")
    #expect(try program.text(of: "status") == "1\n")
    let bad = checks.filter { $0["type"] as? String == "check" && $0["fine"] as? Bool == false }
    #expect(!bad.isEmpty && bad.allSatisfy { ($0["advice"] as? String)?.isEmpty == false }, "\(checks)")
    #expect(checks.last?["fine"] as? Bool == false)
  }

  @Test func `says that it cannot even be read`() throws {
    let program = try Program()
    #expect(try program("init", "--catalog", "directory").status == 0)
    let checks = try diagnosed(program, "chmod 700 store")
    #expect(try program.text(of: "status") == "1\n")
    #expect(checks.contains { $0["fine"] as? Bool == false && ($0["found"] as? String)?.isEmpty == false }, "\(checks)")
  }
}

/// A file system of 8 MB, for who may mount one.
@Suite(.enabled(if: getuid() == 0)) struct `A file system that is too small` {
  @Test func `is told before the first byte, with what is missing`() throws {
    let program = try Program()
    try program.shell("mkdir tree small; head -c 20000000 /dev/urandom > tree/r")
    #expect(try program("init").status == 0)
    #expect(try program("create", "words", "tree").status == 0)
    #expect(try program("sync", "words", "copy").status == 0)
    let binary = Program.location.path
    try program.shell(
      """
      export SNAPCTL_STORE=store
      unshare -m bash -c '
        mount -t tmpfs -o size=8m none small || exit 77
        for verb in "sync words small/copy" "fork copy small/work" "export words -o small/x.tar"; do
          used=$(df --output=used small | tail -1)
          "\(binary)" $verb --json > out 2> errors; echo "$? $(tail -1 out)" >> log
          find small -type f -size +0 >> left; [ "$used" -ge "$(($(df --output=used small | tail -1) - 64))" ]
        done'
      """)
    let lines = try program.text(of: "log").split(separator: "\n").map(String.init)
    #expect(lines.count == 3)
    for line in lines {
      #expect(line.hasPrefix("8 "), "\(line)")
      let missing = line.firstMatch(of: /Free (\d+) bytes/).flatMap { Int($0.1) }
      // 8 MiB less what a few directories take.
      #expect(missing.map { (11_600_000...13_400_000).contains($0) } == true, "\(line)")
    }
    #expect(try program.text(of: "left").isEmpty)
  }

  @Test func `for a store says how much the object takes that did not fit, and keeps what was there`() throws {
    let program = try Program()
    try program.shell("mkdir tree small; head -c 1000000 /dev/urandom > tree/r")
    let binary = Program.location.path
    try program.shell(
      """
      export SNAPCTL_STORE=small/store
      unshare -m bash -c '
        mount -t tmpfs -o size=8m none small || exit 77
        set -e; "\(binary)" init --catalog directory --quiet; "\(binary)" create words tree --quiet
        head -c 20000000 /dev/urandom > tree/r
        "\(binary)" create words tree --json > out 2> errors && exit 1; echo $? > status
        "\(binary)" verify --json > verified; test -z "$(ls small/store/tmp)"'
      """)
    #expect(try program.text(of: "status") == "8\n")
    #expect(try program.text(of: "out").contains(/[1-9]\d{6,7} bytes are missing/))
    #expect(try program.text(of: "verified").contains("\"damaged\":0"))
  }
}

import FileIO
import Foundation
import Glibc
import Primitives
import SnapshotStore
import SnapshotSync
import Testing

/// Whatever a Linux file system can hold, but for sockets, FIFOs and devices, comes back as it was.
@Suite struct `any tree` {
  @Test(arguments: [SystemRandomSource().next(), 1]) func `comes back as it was`(seed: UInt64) throws {
    let fixture = try Fixture(jobs: 2)
    try TreeSample(fixture.source, SeededRandomSource(seed: seed)).make()
    let created = try fixture.create()
    #expect(created.omissions.skipped.map { "\($0.path)" }.sorted() == ["pipe", "socket"], "seed \(seed)")
    try fixture.sync(1)
    #expect(try fixture.isCopy(of: 1), "seed \(seed)")
    let before = try listing(fixture.source)
    let after = try listing(fixture.copy)
    #expect(before == after, "seed \(seed)")
    #expect(before.count > 60)
    for name in ["sparse", "hole-only"] {
      var status = stat()
      #expect(unsafe stat("\(fixture.copy)/\(name)", &status) == 0 && status.st_blocks * 512 < 2 << 20, "\(name)")
    }
    // A FIFO that stands in a copy is no difference: no version could have it.
    #expect(unsafe mkfifo("\(fixture.copy)/other-pipe", 0o600) == 0)
    let control = fixture.control
    let comparison = try DirectoryComparison(directory: fixture.copy, jobs: 1, control: control)
    #expect(try comparison.compare(with: .whole(fixture.manifest(1))) { _ throws(SyncError) in } == 0, "seed \(seed)")
  }

  /// Names, types, modes, targets and bytes, by other means than the engine's.
  private func listing(_ path: String) throws -> [String] {
    let script = """
      cd '\(path)'
      find . -path ./.snapctl -prune -o ! -type p ! -type s -mindepth 1 -printf '%p %y %m %l\\0' | sort -z |
        od -An -c -v
      find . -path ./.snapctl -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    process.environment = ["LC_ALL": "C", "PATH": "/usr/bin:/bin"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: "\n").map(String.init)
  }
}

/// A tree of everything that is unusual.
struct TreeSample {
  private let root: String
  private let random: SeededRandomSource

  init(_ root: String, _ random: SeededRandomSource) {
    self.root = root
    self.random = random
  }

  func make() throws {
    let long = String(repeating: "n", count: 255)
    try file(Array(long.utf8), 100, mode: 0o644)
    for mode in [0o4755, 0o2755, 0o1777, 0o6711, 0o400, 0o777, 0o000] {
      try file(Array("mode-\(mode)".utf8), 10, mode: mode)
    }
    for (name, mode) in [("setgid", 0o2775), ("sticky", 0o1777), ("narrow", 0o500), ("empty", 0o755)] {
      try make(Array(name.utf8)) { path in unsafe mkdir(path, 0o700) == 0 && chmod(path, mode_t(mode)) == 0 }
    }
    for (name, target) in [
      ("dangling", "nowhere/at/all"), ("absolute", "/etc/passwd"), ("loop", "loop"), ("up", "../../.."),
      ("to-dir", "empty"),
    ] {
      try make(Array(name.utf8)) { path in unsafe symlink(target, path) == 0 }
    }
    try file(Array("hard".utf8), 70_000, mode: 0o640)
    try make(Array("hard-2".utf8)) { path in unsafe link("\(root)/hard", path) == 0 }
    try sparse("sparse", byteCount: 40 << 20)
    try sparse("hole-only", byteCount: 1 << 20)
    try make(Array("pipe".utf8)) { path in unsafe mkfifo(path, 0o600) == 0 }
    try make(Array("socket".utf8)) { path in unsafe mknod(path, S_IFSOCK | 0o600, 0) == 0 }
    for _ in 0..<30 { try file(name(), Int(random.next() % 90_000), mode: 0o600) }
  }

  /// A name of any bytes that a name may have.
  private func name() -> [UInt8] {
    let count = 1 + Int(random.next() % 250)
    let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }.filter { $0 != 0 && $0 != 0x2F }
    return [0xFF] + bytes
  }

  private func file(_ name: [UInt8], _ count: Int, mode: Int) throws {
    let bytes = seededBytes(count, seed: random.next())
    try make(name) { path in
      let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      guard descriptor >= 0 else { return false }
      defer { close(descriptor) }
      return unsafe write(descriptor, bytes, bytes.count) == bytes.count && fchmod(descriptor, mode_t(mode)) == 0
    }
  }

  private func sparse(_ name: String, byteCount: Int) throws {
    try make(Array(name.utf8)) { path in
      let descriptor = unsafe open(path, O_WRONLY | O_CREAT, 0o600)
      defer { close(descriptor) }
      guard ftruncate(descriptor, off_t(byteCount)) == 0 else { return false }
      return unsafe name == "hole-only" || pwrite(descriptor, "bytes", 5, off_t(byteCount / 2)) == 5
    }
  }

  private func make(_ name: [UInt8], _ body: ([CChar]) -> Bool) throws {
    let path = (Array(root.utf8) + [0x2F] + name + [0]).map { CChar(bitPattern: $0) }
    let isMade = body(path)
    try #require(isMade, "\(Printable.string(name)): errno \(errno)")
  }
}

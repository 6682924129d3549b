import FileIO
import FileTier
import Glibc
import ObjectTier
import Primitives
import SnapshotFormat
import TestFiles
import Testing

@Suite struct WrittenPagesTests {
  private let temporary: TemporaryDirectory
  private let objects = (1...3).map { ObjectKey.pack(UniqueName(high: 5, low: $0)) }
  private let bytes = [UInt8](repeating: 7, count: 256 << 10)

  init() throws {
    temporary = try TemporaryDirectory()
  }

  /// How many of an object's pages are in the system's memory.
  private func residentPages(_ key: ObjectKey) throws -> Int {
    let descriptor = unsafe open(temporary.path + "/" + key.string, O_RDONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    guard let address = unsafe mmap(nil, bytes.count, PROT_READ, MAP_SHARED, descriptor, 0) else { return -1 }
    defer { _ = unsafe munmap(address, bytes.count) }
    var pages = [UInt8](repeating: 0, count: bytes.count / 4_096)
    let failed = unsafe mincore(address, bytes.count, &pages)
    try #require(failed == 0)
    return pages.count { $0 & 1 == 1 }
  }

  @Test func `objects beyond the limit give their pages back, and read as before`() throws {
    var options = FileObjectTier.Options(role: .origin)
    options.keptByteCountMax = 2 * bytes.count
    let tier = try FileObjectTier.open(temporary.path, options: options, random: SeededRandomSource(seed: 1))
    for key in objects { #expect(try tier.create(key, bytes) == .created) }
    let kind = try temporary.open().fileSystem().kind
    if ["ext4", "xfs"].contains(kind) {
      #expect(try objects.map(residentPages) == [64, 64, 0])
    } else {
      print("\(kind) may keep pages that were given back: not looked at")
    }
    for key in objects { #expect(try tier.read(key, limit: bytes.count) == bytes) }
  }

  @Test func `a cache, which does not sync, keeps its pages`() throws {
    var options = FileObjectTier.Options(role: .cache, durability: .none)
    options.keptByteCountMax = 0
    let tier = try FileObjectTier.open(temporary.path, options: options, random: SeededRandomSource(seed: 1))
    #expect(try tier.create(objects[0], bytes) == .created)
    #expect(try residentPages(objects[0]) == 64)
  }
}

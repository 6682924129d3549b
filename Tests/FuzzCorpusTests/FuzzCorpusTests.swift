import Foundation
import FuzzEntries
import Testing

/// Replays what the fuzzer has saved, through the very code it fuzzes.
@Suite struct FuzzCorpusTests {
  @Test(arguments: FuzzEntry.allCases)
  func `each saved input is read or refused, soon, and keeps the properties`(_ entry: FuzzEntry) throws {
    for file in try Corpus.files(of: entry) {
      let bytes = Array(try Data(contentsOf: file))
      let time = ContinuousClock().measure {
        #expect(throws: Never.self, "\(file.lastPathComponent)") { try entry.run(bytes) }
      }
      #expect(time < .seconds(2), "\(file.lastPathComponent) took \(time)")
    }
  }

  @Test(arguments: FuzzEntry.allCases)
  func `the seeds of an entry are sound`(_ entry: FuzzEntry) throws {
    let seeds = try entry.seeds()
    #expect(!seeds.isEmpty)
    for (number, seed) in seeds.enumerated() {
      #expect(try entry.run(seed) > 0, "seed \(number)")
    }
  }

  /// Else the fuzzer would only ever see refusals.
  @Test(arguments: FuzzEntry.allCases)
  func `a seed with another bit somewhere is sound when its checksums are mended`(_ entry: FuzzEntry) throws {
    let seed = try #require(try entry.seeds().first)
    let place = try seed.indices.first { index in
      var changed = seed
      changed[index] ^= 1
      return try entry.run(changed) > 0
    }
    #expect(place != nil)
  }

  @Test(arguments: FuzzEntry.allCases)
  func `an input cut anywhere, or of nothing, is no finding`(_ entry: FuzzEntry) throws {
    for seed in try entry.seeds() {
      for length in stride(from: 0, to: seed.count, by: max(1, seed.count / 64)) {
        #expect(throws: Never.self, "cut at \(length)") { try entry.run(Array(seed[..<length])) }
      }
    }
  }

  @Test func `the saved corpus stays small, and every folder of it is an entry's`() throws {
    var total = 0
    for entry in FuzzEntry.allCases {
      let sizes = try Corpus.files(of: entry).map { try Data(contentsOf: $0).count }
      #expect(sizes.count <= Corpus.fileCountMax, "\(entry.rawValue)")
      total += sizes.reduce(0, +)
    }
    #expect(total <= Corpus.byteCountMax)
    #expect(Set(try Corpus.folders()).isSubset(of: FuzzEntry.allCases.map(\.rawValue)))
  }
}

enum Corpus {
  static let fileCountMax = 40
  static let byteCountMax = 400 << 10

  /// Tests/Fuzz/corpus, beside the folder of this file.
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fuzz/corpus")

  static func folders() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.path)
  }

  static func files(of entry: FuzzEntry) throws -> [URL] {
    let folder = root.appending(path: entry.rawValue)
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .sorted { $0.path < $1.path }
  }
}

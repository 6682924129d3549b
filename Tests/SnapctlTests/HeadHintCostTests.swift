import Foundation
import ObjectTier
import Primitives
import SnapshotFormat
import Testing

@testable import SnapshotEngine

/// What a version that is known to be there spares whoever looks for the newest head, counted at the tier.
@Suite struct `A hint for the newest head` {
  private static let versionCount = 24
  private let words = CollectionName("words")!

  /// A store whose line of heads is so long that a search from its beginning is dear.
  private static func prepared() async throws -> Program {
    let program = try Program.withOneVersion()
    let engine = try await SnapshotEngine.open("\(program.folder.path)/store")
    for version in 2...versionCount {
      try program.write("version \(version)\n", to: "tree/a")
      _ = try await engine.create("words", from: "\(program.folder.path)/tree")
    }
    return program
  }

  /// Of an engine that knows nothing yet.
  private func requests(
    _ program: borrowing Program, _ body: (SnapshotEngine) async throws -> Void
  ) async throws -> Int {
    let engine = try await SnapshotEngine.open("\(program.folder.path)/store")
    let before = engine.wiring.origin.counters.requests
    try await body(engine)
    return engine.wiring.origin.counters.requests - before
  }

  @Test func `that is wrong or missing costs requests, and nothing else`() async throws {
    let program = try await Self.prepared()
    let last = UInt64(Self.versionCount)
    for hint in [0, 1, last - 1, last, last + 1, 7 * last, .max - 1, .max] {
      _ = try await requests(program) { engine in
        let head = try await engine.perform { [words] call throws(EngineError) in try call.head(of: words, hint: hint) }
        #expect(head.newestVersion == last, "hint \(hint)")
      }
    }
  }

  @Test(arguments: [(before: 0, atMost: 3), (before: 1, atMost: 5)])
  func `saves most of the search`(_ known: (before: Int, atMost: Int)) async throws {
    let program = try await Self.prepared()
    func cost(_ hint: UInt64) async throws -> Int {
      try await requests(program) { engine in
        _ = try await engine.perform { [words] call throws(EngineError) in try call.head(of: words, hint: hint) }
      }
    }
    let (without, with) = (try await cost(0), try await cost(UInt64(Self.versionCount - known.before)))
    #expect(with <= known.atMost)
    #expect(without >= 2 * with, "\(with) with it, \(without) without")
  }

  @Test func `is what a copy remembers, and what a version is called by`() async throws {
    let program = try await Self.prepared()
    let copy = "\(program.folder.path)/copy"
    let last = "words@\(Self.versionCount)"
    _ = try await requests(program) { engine in try await engine.sync(last, to: copy) }
    let again = try await requests(program) { engine in try await engine.sync("words", to: copy) }
    let named = try await requests(program) { engine in try await engine.sync(last, to: copy) }
    let planned = try await requests(program) { engine in _ = try await engine.planSync(last, to: copy) }
    for cost in [again, named, planned] { #expect(cost == 3) }
  }
}

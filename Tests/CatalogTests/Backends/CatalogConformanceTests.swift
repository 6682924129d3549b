import Catalog
import FileTier
import Foundation
import ObjectTier
import Primitives
import SnapshotFormat
import Synchronization
import Testing

@testable import RocksDBCatalog

/// What every backend keeps.
@Suite struct CatalogConformanceTests {
  private let directory = TemporaryDirectory()
  private let tier: FileObjectTier

  init() throws {
    tier = try FileObjectTier.open(
      directory.path + "/store", options: FileObjectTier.Options(role: .origin, createIfMissing: true),
      random: SystemRandomSource())
  }

  private func publication(_ head: Head) throws -> HeadPublication {
    HeadPublication(head, bytes: try head.encoded().bytes)
  }

  private func next(_ head: Head, mark: UInt64) throws -> Head {
    try head.applying([.create(Samples.newVersion(mark))], mark: Samples.mark(mark))
  }

  @Test(arguments: Backend.here) func `a revision that is taken stays what it is`(backend: Backend) throws {
    let tier = try backend.origin(else: tier)
    let catalog = backend.catalog(tier, in: directory)
    let base = try Samples.fill(tier, versions: 1)
    let (mine, other) = (try next(base, mark: 50), try next(base, mark: 51))
    #expect(try catalog.publish(publication(mine), deadline: .never) == .created)
    #expect(try catalog.publish(publication(other), deadline: .never) == .exists)
    #expect(try catalog.publish(publication(mine), deadline: .never) == .exists)
    #expect(try HeadLine(tier, Samples.words).existing() == mine)
  }

  @Test(arguments: Backend.here) func `a head that came without this catalog is seen`(backend: Backend) throws {
    let tier = try backend.origin(else: tier)
    let catalog = backend.catalog(tier, in: directory)
    let base = try Samples.fill(tier, versions: 1)
    #expect(try catalog.publish(publication(next(base, mark: 50)), deadline: .never) == .created)
    let foreign = try Samples.intrude(tier, [.create(Samples.newVersion(5))])
    #expect(try catalog.publish(publication(next(base, mark: 52)), deadline: .never) == .exists)
    #expect(try catalog.publish(publication(next(foreign, mark: 53)), deadline: .never) == .created)
  }

  @Test(arguments: Backend.here) func `of many threads that publish one revision one gets it`(backend: Backend)
    throws
  {
    let (tier, directory) = (try backend.origin(else: tier), directory)
    let base = try Samples.fill(tier, versions: 1)
    let created = Mutex<[Int]>([])
    inThreads(8) { index in
      let catalog = backend.catalog(tier, in: directory, seed: UInt64(index))
      guard let head = try? base.applying([.policy(key: "a", value: "\(index)")], mark: Samples.mark(UInt64(index))),
        let bytes = try? head.encoded().bytes
      else { return }
      let outcome = try? catalog.publish(HeadPublication(head, bytes: bytes), deadline: .never)
      if outcome == .created { created.withLock { $0.append(index) } }
    }
    let winners = created.withLock { $0 }
    #expect(winners.count == 1)
    let head = try HeadLine(tier, Samples.words).existing()
    #expect(head.policy.first?.value == winners.first.map { "\($0)" })
  }

  @Test(arguments: Backend.here)
  func `eight threads that commit at once lose nothing, and versions are dense`(backend: Backend) throws {
    let (tier, directory) = (try backend.origin(else: tier), directory)
    _ = try Samples.fill(tier, versions: 0)
    let commits = backend == .directory ? 60 : 12
    let acknowledged = Mutex<[UInt64: UInt64]>([:])
    let failures = Mutex<[String]>([])
    inThreads(8) { thread in
      var policy = CommitPolicy()
      (policy.attemptCountMax, policy.baseBackoffSeconds) = (200, 0.05)
      let settings = CommitSettings(
        policy: policy, clock: SystemClock(), wallClock: SystemClock(),
        random: SeededRandomSource(seed: 0xC0 + UInt64(thread)))
      let catalog = backend.catalog(tier, in: directory, seed: UInt64(thread))
      for number in 0..<commits {
        let record = UInt64(thread * 1_000 + number)
        let transaction = CommitTransaction(
          catalog, Samples.words, settings: settings, deadline: Deadline(seconds: 120, from: SystemClock()))
        do {
          let outcome = try transaction.retrying { (_) throws(CatalogError) in
            Proposal([.compact(Samples.newVersion(record))], basis: number.isMultiple(of: 2) ? .head : .anyVersion)
          }
          guard case .committed(let committed) = outcome, let row = committed.row else { continue }
          acknowledged.withLock { $0[row.version] = record }
        } catch { failures.withLock { $0.append("\(error)") } }
      }
    }
    #expect(failures.withLock { $0 } == [])
    let line = HeadLine(tier, Samples.words)
    let rows = try line.rows(of: line.existing())
    #expect(rows.map(\.version) == Array(1...UInt64(8 * commits)))
    #expect(acknowledged.withLock { $0 } == Dictionary(uniqueKeysWithValues: rows.map { ($0.version, $0.recordCount) }))
    print("\(backend): \(rows.count) commits by 8 threads, dense, none lost")
  }
}

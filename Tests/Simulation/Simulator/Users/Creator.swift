import Catalog
import FileIO
import Primitives
import SnapshotFormat
import SnapshotStore

/// Snapshots directories of a content of their own, each until it is told what became of it.
final class Creator: User {
  private struct Tree {
    let mark: String
    let path: String
    let expectation: CreateRequest.Expectation
  }

  let name: String
  private let pending = Held<Tree?>(nil)
  /// Whether an earlier attempt may have landed.
  private let isDoubtful = Held(false)

  init(name: String) {
    self.name = name
  }

  func run(_ process: SimulatedProcess) {
    let store = Settings.store(process)
    process.repeatedly(2 + process.chance.below(5)) {
      guard let tree = pending.value ?? make(store, process) else { return }
      pending.value = tree
      create(tree, store, process)
    }
  }

  private func make(_ store: SnapshotStore, _ process: SimulatedProcess) -> Tree? {
    let newest = try? store.head(of: World.tree).newestVersion
    guard process.isAlive else { return nil }
    let expectations: [CreateRequest.Expectation] = [.newestAtStart, .any, .version(newest ?? 0)]
    let mark = process.world.ledger.mark("c")
    let path = "\(process.world.folder)/\(mark)"
    guard let folder = try? Directory.makeAll(path: path, mode: FileMode(0o755)), let file = RelativePath("file") else {
      return nil
    }
    guard (try? folder.open(file, for: .readWriteOrNew(.file)).write(Array(mark.utf8), at: 0)) != nil else {
      return nil
    }
    process.world.ledger.creates[mark] = Ledger.Change(collection: World.tree)
    return Tree(mark: mark, path: path, expectation: process.chance.pick(expectations))
  }

  private func create(_ tree: Tree, _ store: SnapshotStore, _ process: SimulatedProcess) {
    var request = CreateRequest(collection: World.tree, tree: TreeInput(path: tree.path))
    request.expectation = tree.expectation
    request.message = tree.mark
    request.tree.retry = ReadRetry(clock: process.clock)
    request.tree.retry.settleNanoseconds = 0
    do throws(StoreError) {
      let result = try store.create(request)
      guard process.isAlive else { return doubt(tree, process) }
      settle(tree, .acknowledged, version: result.row.version, process)
      if result.row.message != tree.mark {
        process.world.ledger.fault("\(tree.mark) was acknowledged as version \(result.row.version), which is another's")
      }
    } catch {
      guard process.isAlive else { return doubt(tree, process) }
      process.note(error)
      // What failed for sure is tried again.
      if case .catalog(.outcomeUnknown) = error { return doubt(tree, process) }
      guard case .catalog(.conflict) = error else { return }
      settle(tree, isDoubtful.value ? .unknown : .refused, version: nil, process)
    }
  }

  /// It may have landed. On a given version it can be tried again; on whatever is the newest it would be made twice.
  private func doubt(_ tree: Tree, _ process: SimulatedProcess) {
    guard case .version = tree.expectation else { return settle(tree, .unknown, version: nil, process) }
    isDoubtful.value = true
  }

  private func settle(_ tree: Tree, _ outcome: Ledger.Outcome, version: UInt64?, _ process: SimulatedProcess) {
    process.world.trace.note(process.name, "\(tree.mark) \(outcome)")
    process.world.ledger.creates[tree.mark]?.outcome = outcome
    process.world.ledger.creates[tree.mark]?.version = version
    isDoubtful.value = false
    pending.value = nil
  }
}

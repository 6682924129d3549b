import Benchmark
import SnapshotEngine

/// What makes versions of a directory, and checks them in the store.
func registerTreeBenchmarks() {
  job("create-first") { benchmark, workshop in
    let tree = try SampleTree(in: workshop.path("tree"))
    let created = try await benchmark.measure {
      try await workshop.engine.create("tree", from: tree.first, options: .stacked)
    }
    try WrongOutcome.unless(created.version == 1 && created.chunksPatched == 0, "a first version is stored in full")
  }

  job("create-next") { benchmark, workshop in
    let tree = try await workshop.withFirstVersion()
    let created = try await benchmark.measure {
      try await workshop.engine.create("tree", from: tree.second, options: .stacked)
    }
    try WrongOutcome.unless(created.chunksPatched > 0, "a version that differs little is stored as patches")
  }

  job("create-unchanged") { benchmark, workshop in
    let tree = try await workshop.withFirstVersion()
    let created = try await benchmark.measure {
      try await workshop.engine.create("tree", from: tree.first, options: .stacked)
    }
    try WrongOutcome.unless(created.isUnchanged, "the same tree makes no version")
  }

  job("verify-store") { benchmark, workshop in
    try await workshop.withBothVersions()
    let verified = try await benchmark.measure { try await workshop.engine.verify { _ in } }
    try WrongOutcome.unless(verified.damaged == 0 && verified.chunks > 0, "a sound store verifies")
  }

  job("diff-versions") { benchmark, workshop in
    try await workshop.withBothVersions()
    let count = try await benchmark.measure {
      try await workshop.engine.diff(from: "tree@1", to: "tree@2") { _ in }
    }
    try WrongOutcome.unless(count == 14, "2 large files and 12 notes differ, not \(count)")
  }
}

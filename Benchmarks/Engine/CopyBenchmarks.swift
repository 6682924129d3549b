import Benchmark
import SnapshotEngine

/// What brings a directory to a version, and checks it there.
func registerCopyBenchmarks() {
  job("sync-first") { benchmark, workshop in
    try await workshop.withBothVersions()
    let copy = workshop.path("copy")
    let synced = try await benchmark.measure { try await workshop.engine.sync("tree@1", to: copy) }
    try WrongOutcome.unless(synced.bytesWritten == synced.bytesTotal, "a first copy is written whole")
  }

  job("sync-next") { benchmark, workshop in
    let copy = try await workshop.withCopy()
    let synced = try await benchmark.measure { try await workshop.engine.sync("tree@2", to: copy) }
    try WrongOutcome.unless(synced.bytesRead < synced.bytesTotal / 4, "a next copy reads what changed")
  }

  job("sync-in-place") { benchmark, workshop in
    let copy = try await workshop.withCopy()
    var options = SyncOptions()
    options.style = .inPlace
    let synced = try await benchmark.measure { try await workshop.engine.sync("tree@2", to: copy, options: options) }
    try WrongOutcome.unless(synced.bytesRead < synced.bytesTotal / 4, "a next copy reads what changed")
  }

  job("sync-unchanged") { benchmark, workshop in
    let copy = try await workshop.withCopy()
    let synced = try await benchmark.measure { try await workshop.engine.sync("tree@1", to: copy) }
    try WrongOutcome.unless(synced.bytesWritten == 0, "a copy that is there is left alone")
  }

  job("verify-copy") { benchmark, workshop in
    let copy = try await workshop.withCopy()
    let verified = try await benchmark.measure {
      try await SnapshotEngine.verify(copy: copy, configuration: .oneWorker) { _ in }
    }
    try WrongOutcome.unless(verified.damaged == 0 && verified.chunks > 0, "a sound copy verifies")
  }
}

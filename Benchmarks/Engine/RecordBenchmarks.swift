import Benchmark
import SnapshotEngine

/// What appends, compacts and reads records.
func registerRecordBenchmarks() {
  registerRecordWriting()
  registerRecordReading()
}

private func registerRecordWriting() {
  job("append-hundred") { benchmark, workshop in
    var records = try await workshop.withRecords()
    let batch = records.changes(0..<SampleRecords.batchCount)
    let appended = try await benchmark.measure {
      try await workshop.engine.append(batch, to: SampleRecords.collection)
    }
    try WrongOutcome.unless(appended.deltas.count == 1, "a small batch is one delta")
  }

  job("compact-hundred") { benchmark, workshop in
    var records = try await workshop.withRecords()
    let half = SampleRecords.batchCount / 2
    let batch = records.changes(Array(0..<half) + Array(SampleRecords.count..<(SampleRecords.count + half)))
    try await workshop.engine.append(batch, to: SampleRecords.collection)
    let compacted = try await benchmark.measure { try await workshop.engine.compact(SampleRecords.collection) }
    try WrongOutcome.unless(compacted.applied == UInt64(batch.count), "a compaction takes what waits")
  }
}

private func registerRecordReading() {
  job("get-vectors") { benchmark, workshop in
    let (snapshot, _) = try await workshop.withMappedRecords()
    let ids = stride(from: 0, to: SampleRecords.count, by: 5).map(SampleRecords.id)
    let length = try await benchmark.measure {
      try ids.reduce(0) { length, id in length + (try snapshot.withVector(id) { $0.count } ?? 0) }
    }
    try WrongOutcome.unless(length == ids.count * SampleRecords.dimension, "every record is found")
  }

  job("get-records") { benchmark, workshop in
    let (snapshot, _) = try await workshop.withMappedRecords()
    let ids = stride(from: 0, to: SampleRecords.count, by: 5).map(SampleRecords.id)
    let found = try await benchmark.measure { try ids.filter { try snapshot.record($0) != nil }.count }
    try WrongOutcome.unless(found == ids.count, "every record is found")
  }

  job("scan-vectors") { benchmark, workshop in
    let (snapshot, _) = try await workshop.withMappedRecords()
    let count = try await benchmark.measure { try snapshot.scanVectors { _, vector in vector.count > 0 } }
    try WrongOutcome.unless(count == UInt64(SampleRecords.count), "every record is handed out")
  }

  job("search-nearest") { benchmark, workshop in
    let (snapshot, made) = try await workshop.withMappedRecords()
    var records = made
    let query = records.vector()
    let found = try await benchmark.measure { try snapshot.search(query, count: 10, jobs: 1) }
    try WrongOutcome.unless(found.count == 10, "ten are nearest")
  }
}

internal import Catalog
internal import FileIO
internal import Primitives
package import SnapshotFormat
package import SnapshotStore

/// Operations that wait, in groups, in a file without a name: memory holds none of them.
package struct OperationSpool: ~Copyable, Sendable {
  private struct Part {
    let offset: UInt64
    let byteCount: Int
    let digest: Digest
  }

  private let file: OpenFile
  private let header: DeltaHeader
  private var parts: [Part] = []
  private var end: UInt64 = 0

  /// How many groups have been added.
  package var count: Int { parts.count }

  fileprivate init(_ file: consuming OpenFile, _ header: DeltaHeader) {
    self.file = file
    self.header = header
  }

  /// Adds a group, as a delta of nobody's.
  ///
  /// - Precondition: each operation can stand in a delta of the schema, and one delta holds them all.
  package mutating func add(_ operations: [RecordOperation]) throws(StoreError) {
    var writer = DeltaWriter(header: header)
    do throws(FormatError) {
      for (index, operation) in operations.enumerated() {
        try writer.append(StampedOperation(clock: HybridClock(UInt64(index) + 1), operation: operation))
      }
    } catch { throw .invalid("\(error)") }
    let object = writer.finish().object
    do throws(FileError) { try file.write(object.bytes, at: end) } catch { throw .file(error) }
    parts.append(Part(offset: end, byteCount: object.bytes.count, digest: object.digest))
    end += UInt64(object.bytes.count)
  }

  /// The operations of a group.
  package func operations(at index: Int) throws(StoreError) -> [RecordOperation] {
    let part = parts[index]
    let bytes: [UInt8]
    do throws(FileError) { bytes = try file.read(part.byteCount, at: part.offset) } catch { throw .file(error) }
    do throws(FormatError) {
      var reader = try DeltaReader(bytes.rawSpan, named: header.key, expected: part.digest)
      var operations: [RecordOperation] = []
      while let batch = try reader.next() { operations += batch.map(\.operation) }
      return operations
    } catch { throw .invalid("what was set aside to be appended reads back wrongly: \(error)") }
  }
}

extension VectorStore {
  /// A place where operations of this collection wait.
  package func spool(_ schema: VectorSchema) throws(StoreError) -> OperationSpool {
    guard let producer = ProducerName("spool") else { throw .invalid("spool is no name") }
    let header = DeltaHeader(
      collection: collection, producer: producer, sequence: 1, predecessor: .zero, run: "", expected: 0,
      schema: schema, created: store.settings.wallClock.now())
    do throws(FileError) { return OperationSpool(try files.make(), header) } catch { throw .file(error) }
  }
}

internal import Primitives

/// What an object is. Raw values stand in formats/README.md.
package enum ObjectType: UInt16, Sendable, CaseIterable {
  case store = 1
  case pack = 2
  case manifest = 3
  case head = 4
  case versions = 5
  case intent = 6
  case delta = 7
  case segment = 8
  case copyState = 9
  case lease = 10
}

/// The first 96 bytes of every object (formats/preamble.md §1).
package struct Preamble: Sendable, Equatable {
  package static let byteCount = 96
  package static let magic: [UInt8] = [0x89, 0x53, 0x4E, 0x50, 0x0D, 0x0A, 0x1A, 0x0A]
  package static let formatVersion: UInt16 = 1
  package static let thisWriter = "snapshot-engine 0.1.0"

  package let type: ObjectType
  /// What a reader must know of to read the object rightly.
  package let features: Features
  package let writers: WriterRequirement
  /// Name and version of the program that wrote the object.
  package let writer: String

  package init(
    type: ObjectType, features: Features = [], writers: WriterRequirement = .none,
    writer: String = Preamble.thisWriter
  ) {
    precondition(writer.utf8.count <= 24, "a writer's name has at most 24 bytes")
    self.type = type
    self.features = features
    self.writers = writers
    self.writer = writer
  }

  package func write(to output: inout ByteWriter) {
    let start = output.count
    output.append(Preamble.magic)
    output.integer(type.rawValue)
    output.integer(Preamble.formatVersion)
    output.integer(features.rawValue)
    output.integer(writers.bits)
    output.append([1, 1, 0, 0])
    output.zeros(16 + 24)
    output.append(Array(writer.utf8))
    output.zeros(24 - writer.utf8.count + 4)
    output.crc(from: start)
  }
}

extension Preamble {
  /// Reads a preamble, whatever the type of its object.
  package init(from input: inout ByteReader) throws(FormatError) {
    let start = input.offset
    let bytes = try input.array(Preamble.byteCount)
    var reader = ByteReader(bytes.rawSpan, of: "preamble")
    guard try reader.array(8) == Preamble.magic else {
      throw .damaged("preamble", "the magic is missing: not an object, or damaged as text", at: start)
    }
    let crc = CRC32C.of(bytes.rawSpan.extracting(0..<92))
    let rawType: UInt16 = try reader.integer()
    let version: UInt16 = try reader.integer()
    let readerRequired: UInt32 = try reader.integer()
    writers = WriterRequirement(bits: try reader.integer())
    let algorithms = try reader.array(4)
    let keyAndNonce = try reader.array(40)
    let writerBytes = try reader.array(24)
    let reserved: UInt32 = try reader.integer()
    guard try reader.integer(UInt32.self) == crc else {
      throw .damaged("preamble", "the checksum differs", at: start + 92)
    }
    guard version == Preamble.formatVersion else {
      throw .unsupported("preamble", "format version \(version), this program reads \(Preamble.formatVersion)")
    }
    guard let type = ObjectType(rawValue: rawType) else {
      throw .unsupported("preamble", "object type \(rawType) is not known")
    }
    self.type = type
    features = Features(rawValue: readerRequired)
    try Preamble.check(features, of: type, algorithms: algorithms)
    guard reserved == 0, keyAndNonce.allSatisfy({ $0 == 0 }) else {
      throw .damaged("preamble", "reserved bytes are not zero", at: start + 24)
    }
    writer = try Preamble.text(writerBytes, at: start + 64)
  }

  /// Reads a preamble and refuses any type but `type`.
  package init(from input: inout ByteReader, type: ObjectType) throws(FormatError) {
    try self.init(from: &input)
    guard self.type == type else {
      throw .damaged("preamble", "holds a \(self.type), not a \(type)", at: input.offset - 88)
    }
  }

  private static func check(_ features: Features, of type: ObjectType, algorithms: [UInt8]) throws(FormatError) {
    let unknown = features.subtracting(.known(of: type)).rawValue
    guard unknown == 0 else {
      throw .unsupported("preamble", "feature bit \(unknown.trailingZeroBitCount) is required and not known")
    }
    let names = ["id algorithm", "compression", "encryption", "signature"]
    let usable: [UInt8] = [1, 1, 0, 0]
    for index in 0..<4 where algorithms[index] != usable[index] {
      throw .unsupported("preamble", "\(names[index]) \(algorithms[index]) is not supported")
    }
  }

  private static func text(_ bytes: [UInt8], at offset: Int) throws(FormatError) -> String {
    let text = bytes.prefix { $0 != 0 }
    guard bytes[text.count...].allSatisfy({ $0 == 0 }), text.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
      throw .damaged("preamble", "the writer's name is not text", at: offset)
    }
    return String(decoding: text, as: UTF8.self)
  }
}

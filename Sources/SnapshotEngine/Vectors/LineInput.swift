internal import Foundation
internal import Primitives

/// The bytes of a file, a pipe, or the standard input for `-`, piece by piece.
struct LineInput {
  private let handle: FileHandle
  private let name: String

  private static let pieceByteCount = 1 << 20

  init(_ path: String) throws(EngineError) {
    name = path == "-" ? "the standard input" : Printable.string(path)
    guard path != "-" else {
      handle = .standardInput
      return
    }
    do {
      handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    } catch {
      let isMissing = !FileManager.default.fileExists(atPath: path)
      throw EngineError(isMissing ? .notFound : .failed, "\(name) cannot be opened", subject: name)
    }
  }

  /// The next bytes; nil at the end.
  func next() throws(EngineError) -> [UInt8]? {
    do {
      guard let piece = try handle.read(upToCount: LineInput.pieceByteCount), !piece.isEmpty else { return nil }
      return Array(piece)
    } catch {
      throw EngineError(.failed, "\(name) cannot be read", subject: name)
    }
  }
}

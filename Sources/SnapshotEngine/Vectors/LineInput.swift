internal import FileIO
internal import Primitives

/// The bytes of a file, a pipe, or the standard input for `-`, piece by piece.
struct LineInput: ~Copyable {
  private var input: SequentialInput

  private static let pieceByteCount = 1 << 20

  init(_ path: String) throws(EngineError) {
    do throws(FileError) {
      input = path == "-" ? try .standard() : try SequentialInput(path: path)
    } catch { throw EngineError(error) }
  }

  /// The bytes of a regular file; nil for what has no size before it ends.
  func byteCount() throws(EngineError) -> UInt64? {
    do throws(FileError) {
      let status = try input.status()
      return status.kind == .file ? status.byteCount : nil
    } catch { throw EngineError(error) }
  }

  /// The next bytes; nil at the end.
  ///
  /// - Throws: `.tierTimeout` when `call` ends while nothing comes.
  mutating func next(for call: EngineCall? = nil) throws(EngineError) -> [UInt8]? {
    do throws(FileError) {
      let piece = try input.next(upTo: LineInput.pieceByteCount) { call?.isUnderWay ?? true }
      return piece.isEmpty ? nil : piece
    } catch {
      guard error.meaning == .timedOut else { throw EngineError(error) }
      throw EngineError(
        .tierTimeout, "\(error.path): nothing came before the deadline", subject: error.path,
        advice: "Nothing was appended. Look at the program that writes it")
    }
  }
}

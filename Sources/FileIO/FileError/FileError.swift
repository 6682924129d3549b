internal import Glibc
internal import Primitives

/// What a call on a file failed with.
///
/// The caller acts on `meaning`; `call`, `path` and `errno` are for the message. `path` is safe to print.
package struct FileError: Error, Sendable, Equatable {
  package enum Meaning: Sendable, Equatable {
    case notFound
    case exists
    case notEmpty
    case notADirectory
    case isADirectory
    /// The path goes through a symbolic link or out of its directory. Somebody put it there; nothing was touched.
    case leadsOutside
    /// Not the kind of file it must be.
    case wrongKind
    case denied
    case noSpace
    /// Somebody else uses it; later it may go.
    case busy
    /// The time the caller gave ran out.
    case timedOut
    /// The server of a network file system does not answer.
    case unreachable
    /// Not possible on this file system, or across two of them.
    case unsupported
    /// Above one of `FileLimits`, or of the system's.
    case tooLarge
    /// The file ends before what was asked for.
    case endOfFile
    /// The file is not as the caller knew it.
    case changed
    /// The device failed, or anything else that has no name here.
    case failed
  }

  package let call: SystemCall
  package let path: String
  /// What the system said; 0 where this module itself refused.
  package let errno: Int32
  package let meaning: Meaning

  /// A call that the system refused.
  init(_ call: SystemCall, _ location: FileLocation, errno: Int32) {
    self.call = call
    self.path = location.description
    self.errno = errno
    self.meaning = Meaning(errno: errno, of: call)
  }

  /// A refusal of our own.
  init(_ call: SystemCall, _ location: FileLocation, _ meaning: Meaning) {
    self.call = call
    self.path = location.description
    self.errno = 0
    self.meaning = meaning
  }

  /// A path beneath a directory that is longer than one may be.
  package static func tooLong(below bytes: [UInt8]) -> FileError {
    FileError(.list, FileLocation(bytes), .tooLarge)
  }

  /// A path that cannot name anything beneath a directory.
  static func notAPath(_ bytes: some Collection<UInt8>) -> FileError {
    FileError(.open, FileLocation(Array(bytes.prefix(256))), .leadsOutside)
  }
}

extension FileError: CustomStringConvertible {
  package var description: String {
    guard errno != 0 else { return "\(path): \(call): \(meaning.words)" }
    guard let text = unsafe strerror(errno) else { return "\(path): \(call): error \(errno)" }
    return unsafe "\(path): \(call): \(String(cString: text))"
  }
}

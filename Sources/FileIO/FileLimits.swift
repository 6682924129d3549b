/// How far this module goes before it refuses: nothing here grows with what it finds on a disk without a bound.
package enum FileLimits {
  /// Names of one directory held at a time.
  package static let directoryEntryCountMax = 1 << 20
  /// Bytes of all names of one directory held at a time.
  package static let directoryNameByteCountMax = 64 << 20
  /// Bytes one call returns as an array.
  package static let arrayByteCountMax = 64 << 20
  /// Bytes one system call is asked for.
  package static let callByteCountMax = 16 << 20
  /// The same in a process that is watched for calls that do not return.
  static let watchedCallByteCountMax = 1 << 20
  /// How often a call is made again because a signal interrupted it.
  package static let interruptionCountMax = 10_000
  /// Bytes of a link's target.
  package static let linkTargetByteCountMax = 4_096
  /// Bytes of directory entries fetched by one call.
  static let listingByteCount = 64 << 10
  /// Directories a `DirectoryMemory` remembers.
  package static let knownDirectoryCountMax = 4_096
}

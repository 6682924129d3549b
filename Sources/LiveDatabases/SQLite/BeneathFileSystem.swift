internal import CSQLite
internal import Glibc

/// How SQLite reaches a database in a directory that is open: by the path it is given, letter for letter.
///
/// SQLite's own file system resolves every link of a path first, and opens what that gives: whoever changes a directory
/// for a link meanwhile leads it out of the tree. This one leaves the path as it is, `/proc/self/fd/N/name`; the kernel
/// goes to that very directory, and SQLite opens no link in place of a file.
enum BeneathFileSystem {
  /// Its name for SQLite; nil where SQLite has no file system of its own to lean on.
  static let name: String? = {
    guard let system = unsafe sqlite3_vfs_find(nil), let own = unsafe strdup("snapshot-beneath") else { return nil }
    let beneath = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    unsafe beneath.initialize(to: system.pointee)
    unsafe beneath.pointee.pNext = nil
    unsafe beneath.pointee.zName = UnsafePointer(own)
    unsafe beneath.pointee.xFullPathname = { _, path, byteCount, result in
      guard let path = unsafe path, let result = unsafe result, unsafe strlen(path) < Int(byteCount) else {
        return SQLITE_CANTOPEN
      }
      unsafe strcpy(result, path)
      return SQLITE_OK
    }
    // Never freed: SQLite knows it for as long as the process lives.
    return unsafe sqlite3_vfs_register(beneath, 0) == SQLITE_OK ? String(cString: own) : nil
  }()
}

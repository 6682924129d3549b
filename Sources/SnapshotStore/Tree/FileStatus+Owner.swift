package import FileIO
package import SnapshotFormat

extension FileStatus {
  /// To whom the file belongs, as a manifest records it.
  package var ownedBy: Owner { Owner(user: owner, group: group) }
}

/// To whom a file, directory or link belongs, by number: a name means another user on another machine.
package struct Owner: Sendable, Hashable {
  package let user: UInt32
  package let group: UInt32

  package init(user: UInt32, group: UInt32) {
    self.user = user
    self.group = group
  }

  package static let root = Owner(user: 0, group: 0)

  /// The number that stands for nobody: chown(2) takes it for "leave it as it is".
  package static let nobody = UInt32.max

  /// Whether something can belong to it.
  package var isValid: Bool { user != Owner.nobody && group != Owner.nobody }
}

extension Owner: CustomStringConvertible {
  package var description: String { "\(user):\(group)" }
}

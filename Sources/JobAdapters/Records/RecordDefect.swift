/// Why a line gives no operation. It is reported with its line number, and the rest goes on.
package struct RecordDefect: Error, Equatable, CustomStringConvertible {
  package let reason: String

  package init(_ reason: String) {
    self.reason = reason
  }

  package var description: String { reason }
}

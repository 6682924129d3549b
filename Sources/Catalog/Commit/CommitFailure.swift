/// Why a transaction stopped: the commit's own reason, or that of the caller's phase 1.
package enum CommitFailure<Preparing: Error>: Error {
  case catalog(CatalogError)
  case preparing(Preparing)
}

extension CommitFailure where Preparing == CatalogError {
  /// Both kinds of reason are of one type.
  package var error: CatalogError {
    switch self {
    case .catalog(let error), .preparing(let error): error
    }
  }
}

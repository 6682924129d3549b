internal import SnapshotFormat

/// Rows that are fetched together, before they are read one by one, where fetching takes requests.
///
/// Windows grow: whoever wants few is not made to wait for many.
struct FetchWindow {
  private static let firstRowCount = 64
  private static let byteCount = 2 << 20

  /// Up to where rows were fetched.
  private(set) var end = 0
  private var rowCount = FetchWindow.firstRowCount

  init(from row: Int = 0) {
    end = row
  }

  mutating func reach(_ row: Int, of segment: OpenSegment, end limit: Int) throws(FormatError) {
    guard row == end else { return }
    end = min(limit, row + rowCount)
    try segment.prepare(row..<end)
    let rowByteCount = max(1, segment.index.byteCount / segment.index.rowCount)
    rowCount = max(1, min(rowCount * 4, FetchWindow.byteCount / rowByteCount))
  }
}

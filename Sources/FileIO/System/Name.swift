/// One name in an open directory: what the calls that take no flags for links are given, so that there are none to
/// follow.
struct Name {
  let directory: Int32
  /// A single component.
  let bytes: ArraySlice<UInt8>
  let location: FileLocation
}

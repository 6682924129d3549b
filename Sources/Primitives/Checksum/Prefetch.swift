internal import CKernels

extension UnsafeRawPointer {
  /// Has the memory there fetched: whoever reads it a little later need not wait for it. Touches nothing.
  package func prefetch() { unsafe kernel_prefetch(self) }
}

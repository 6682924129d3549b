// Counts what the C library is asked for: these definitions come before its own in every library that is loaded, and
// hand on to it by the names that it keeps for that.

#include "allocation_counter.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

void *__libc_malloc(size_t byte_count);
void *__libc_calloc(size_t count, size_t byte_count);
void *__libc_realloc(void *memory, size_t byte_count);
void *__libc_memalign(size_t alignment, size_t byte_count);

static _Atomic uint64_t counted;
static _Atomic uint64_t counted_bytes;

static void note(size_t byte_count) {
  atomic_fetch_add_explicit(&counted, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&counted_bytes, byte_count, memory_order_relaxed);
}

uint64_t allocation_count(void) { return atomic_load_explicit(&counted, memory_order_relaxed); }

uint64_t allocation_byte_count(void) { return atomic_load_explicit(&counted_bytes, memory_order_relaxed); }

void *malloc(size_t byte_count) {
  note(byte_count);
  return __libc_malloc(byte_count);
}

void *calloc(size_t count, size_t byte_count) {
  // A product that does not fit is refused below, and counts for nothing.
  size_t product = 0;
  note(__builtin_mul_overflow(count, byte_count, &product) ? 0 : product);
  return __libc_calloc(count, byte_count);
}

// Counted whole, also where it only grows: it may have to move.
void *realloc(void *memory, size_t byte_count) {
  note(byte_count);
  return __libc_realloc(memory, byte_count);
}

void *memalign(size_t alignment, size_t byte_count) {
  note(byte_count);
  return __libc_memalign(alignment, byte_count);
}

void *aligned_alloc(size_t alignment, size_t byte_count) { return memalign(alignment, byte_count); }

int posix_memalign(void **memory, size_t alignment, size_t byte_count) {
  if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
  int before = errno;
  void *made = memalign(alignment, byte_count);
  errno = before;
  if (made == NULL) return ENOMEM;
  *memory = made;
  return 0;
}

#include "kernels.h"

#include <string.h>

// Sixteen floats of four rows at a time, each row in an accumulator of its own: additions do not wait for each other, the query is
// loaded once for four, and memory is read in four places. The compiler makes of it what the processor has: one instruction by
// AVX-512, two by AVX2, four without either.
typedef float floats16 __attribute__((vector_size(64)));
typedef float floats8 __attribute__((vector_size(32)));
typedef float floats4 __attribute__((vector_size(16)));

enum { STEP = 16, ROWS_AT_ONCE = 4 };

static inline __attribute__((always_inline)) floats16 load(const float *from) {
  floats16 value;
  memcpy(&value, from, sizeof value);
  return value;
}

static inline __attribute__((always_inline)) float sum(floats16 value) {
  const floats8 eight = __builtin_shufflevector(value, value, 0, 1, 2, 3, 4, 5, 6, 7)
    + __builtin_shufflevector(value, value, 8, 9, 10, 11, 12, 13, 14, 15);
  const floats4 four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3) + __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
  return (four[0] + four[2]) + (four[1] + four[3]);
}

// What a pair of elements adds to the first and the second result of its row.
#define FIRST(a, b) (kind == KERNEL_SQUARES ? ((a) - (b)) * ((a) - (b)) : (a) * (b))
#define SECOND(a) ((a) * (a))

// Neighbouring rows. A row's results do not depend on how many it is compared with.
static inline __attribute__((always_inline)) void rows_together(
  const int kind, const int count, const float *rows, size_t dimension, const float *query, float *first, float *second) {
  floats16 a[ROWS_AT_ONCE] = {{0}}, b[ROWS_AT_ONCE] = {{0}};
  size_t i = 0;
  for (; i + STEP <= dimension; i += STEP) {
    const floats16 theirs = load(query + i);
#pragma clang loop unroll(full)
    for (int r = 0; r < count; r++) {
      const floats16 mine = load(rows + (size_t)r * dimension + i);
      a[r] += FIRST(mine, theirs);
      if (kind == KERNEL_PRODUCTS_AND_NORMS) b[r] += SECOND(mine);
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < count; r++) {
    float one = sum(a[r]), two = sum(b[r]);
    for (size_t j = i; j < dimension; j++) {
      const float mine = rows[(size_t)r * dimension + j];
      one += FIRST(mine, query[j]);
      two += SECOND(mine);
    }
    first[r] = one;
    if (kind == KERNEL_PRODUCTS_AND_NORMS) second[r] = two;
  }
}

static inline __attribute__((always_inline)) void rows_by(
  const int kind, const float *rows, size_t row_count, size_t dimension, const float *query, float *first, float *second) {
  size_t r = 0;
  for (; r + ROWS_AT_ONCE <= row_count; r += ROWS_AT_ONCE)
    rows_together(kind, ROWS_AT_ONCE, rows + r * dimension, dimension, query, first + r, second + r);
  for (; r < row_count; r++) rows_together(kind, 1, rows + r * dimension, dimension, query, first + r, second + r);
}

#define ROWS(name, target_of)                                                                                       \
  target_of static void name(                                                                                       \
    int kind, const float *rows, size_t row_count, size_t dimension, const float *query, float *first, float *second) { \
    switch (kind) {                                                                                                 \
    case KERNEL_PRODUCTS: rows_by(KERNEL_PRODUCTS, rows, row_count, dimension, query, first, second); break;         \
    case KERNEL_SQUARES: rows_by(KERNEL_SQUARES, rows, row_count, dimension, query, first, second); break;           \
    default: rows_by(KERNEL_PRODUCTS_AND_NORMS, rows, row_count, dimension, query, first, second); break;            \
    }                                                                                                               \
  }

ROWS(rows_portable, )
#if defined(__x86_64__)
ROWS(rows_avx2, __attribute__((target("avx2,fma"))))
ROWS(rows_avx512, __attribute__((target("avx512f"))))
#endif

void kernel_distances(
  int kind, const float *rows, size_t row_count, size_t dimension, const float *query, float *first, float *second) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return rows_avx512(kind, rows, row_count, dimension, query, first, second);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return rows_avx2(kind, rows, row_count, dimension, query, first, second);
#endif
  rows_portable(kind, rows, row_count, dimension, query, first, second);
}

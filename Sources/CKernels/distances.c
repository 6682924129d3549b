#include "kernels.h"

#include <string.h>

// Sixteen floats at a time, in two accumulators, so that additions do not wait for each other. The compiler makes of it what
// the processor has: one instruction by AVX-512, two by AVX2, four without either.
typedef float floats16 __attribute__((vector_size(64)));

enum { STEP = 16 };

static inline __attribute__((always_inline)) floats16 load(const float *from) {
  floats16 value;
  memcpy(&value, from, sizeof value);
  return value;
}

static inline __attribute__((always_inline)) float sum(floats16 value) {
  float total = 0;
  for (int i = 0; i < STEP; i++) total += value[i];
  return total;
}

// What a pair of elements adds to the first and the second result of its row.
#define FIRST(a, b) (kind == KERNEL_SQUARES ? ((a) - (b)) * ((a) - (b)) : (a) * (b))
#define SECOND(a) ((a) * (a))

static inline __attribute__((always_inline)) void rows_by(
  const int kind, const float *rows, size_t row_count, size_t dimension, const float *query, float *first, float *second) {
  for (size_t r = 0; r < row_count; r++) {
    const float *row = rows + r * dimension;
    floats16 a[2] = {{0}, {0}}, b[2] = {{0}, {0}};
    size_t i = 0;
    for (; i + 2 * STEP <= dimension; i += 2 * STEP) {
      for (int lane = 0; lane < 2; lane++) {
        const floats16 mine = load(row + i + lane * STEP), theirs = load(query + i + lane * STEP);
        a[lane] += FIRST(mine, theirs);
        if (kind == KERNEL_PRODUCTS_AND_NORMS) b[lane] += SECOND(mine);
      }
    }
    float one = sum(a[0] + a[1]), two = sum(b[0] + b[1]);
    for (; i < dimension; i++) {
      one += FIRST(row[i], query[i]);
      two += SECOND(row[i]);
    }
    first[r] = one;
    if (kind == KERNEL_PRODUCTS_AND_NORMS) second[r] = two;
  }
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

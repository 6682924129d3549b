#include "kernels.h"

#include <string.h>

#if defined(__x86_64__)
#include <emmintrin.h>

// One bit for each of 16 words at `left` and `right` that differs.
static inline uint64_t sixteen(const uint8_t *left, const uint8_t *right) {
  uint64_t same = 0;
  for (int i = 0; i < 4; i++) {
    const __m128i a = _mm_loadu_si128((const __m128i *)left + i), b = _mm_loadu_si128((const __m128i *)right + i);
    same |= (uint64_t)_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(a, b))) << (4 * i);
  }
  return same ^ 0xffff;
}

#else

static inline uint64_t sixteen(const uint8_t *left, const uint8_t *right) {
  uint64_t differing = 0;
  for (int i = 0; i < 16; i++) {
    uint32_t a, b;
    memcpy(&a, left + 4 * i, 4);
    memcpy(&b, right + 4 * i, 4);
    differing |= (uint64_t)(a != b) << i;
  }
  return differing;
}

#endif

void kernel_differing_words(const uint8_t *left, const uint8_t *right, size_t mask_count, uint64_t *masks) {
  for (size_t m = 0; m < mask_count; m++) {
    const uint8_t *a = left + 256 * m, *b = right + 256 * m;
    masks[m] = sixteen(a, b) | sixteen(a + 64, b + 64) << 16 | sixteen(a + 128, b + 128) << 32 |
               sixteen(a + 192, b + 192) << 48;
  }
}

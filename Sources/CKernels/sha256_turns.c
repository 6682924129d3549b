#include "sha256.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

// By the SHA extensions. Their latency is twice their throughput, so that two messages are hashed in turns, round by
// round. Their state is in the order of the instructions: words A B E F and C D G H.

#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))

int sha256_has_turns(void) {
  unsigned int a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSE4_1) || !(c & bit_SSSE3)) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1u << 29));
}

WITH_SHA static inline __attribute__((always_inline)) void load_state(
  const uint32_t *state, __m128i *abef, __m128i *cdgh) {
  const __m128i dcba = _mm_loadu_si128((const __m128i *)state), hgfe = _mm_loadu_si128((const __m128i *)state + 1);
  const __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1), efgh = _mm_shuffle_epi32(hgfe, 0x1b);
  *abef = _mm_alignr_epi8(cdab, efgh, 8);
  *cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
}

WITH_SHA static inline __attribute__((always_inline)) void store_state(
  uint32_t *state, __m128i abef, __m128i cdgh) {
  const __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128((__m128i *)state + 1, _mm_alignr_epi8(dchg, feba, 8));
}

// `blocks` blocks of each of `count` lanes. `count` is a constant where this is inlined. States and schedules stay in
// registers; with three lanes there would not be enough of them, and each would take longer than two do.
WITH_SHA static inline __attribute__((always_inline)) void compress(sha256_lane *lanes, const int count, size_t blocks) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  __m128i abef[SHA256_TURNS], cdgh[SHA256_TURNS], words[SHA256_TURNS][4], before_block[SHA256_TURNS][2];
  for (int i = 0; i < count; i++) load_state(lanes[i].state, &abef[i], &cdgh[i]);
  while (blocks--) {
    for (int i = 0; i < count; i++) {
      before_block[i][0] = abef[i], before_block[i][1] = cdgh[i];
      for (int w = 0; w < 4; w++)
        words[i][w] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)lanes[i].next + w), big_endian);
      lanes[i].next += SHA256_BLOCK;
    }
#pragma clang loop unroll(full)
    for (int g = 0; g < 16; g++) {
      const int now = g % 4, next = (g + 1) % 4, before = (g + 3) % 4;
      __asm__ volatile("" : "+m"(before_block));
      for (int i = 0; i < count; i++) {
        const __m128i word = words[i][now];
        const __m128i sum = _mm_add_epi32(word, _mm_load_si128((const __m128i *)sha256_round_constants + g));
        cdgh[i] = _mm_sha256rnds2_epu32(cdgh[i], abef[i], sum);
        if (g >= 3 && g < 15) {
          const __m128i seven_before = _mm_alignr_epi8(word, words[i][before], 4);
          words[i][next] = _mm_sha256msg2_epu32(_mm_add_epi32(words[i][next], seven_before), word);
        }
        abef[i] = _mm_sha256rnds2_epu32(abef[i], cdgh[i], _mm_shuffle_epi32(sum, 0x0e));
        if (g >= 1 && g < 13) words[i][before] = _mm_sha256msg1_epu32(words[i][before], word);
      }
    }
    for (int i = 0; i < count; i++) {
      abef[i] = _mm_add_epi32(abef[i], before_block[i][0]);
      cdgh[i] = _mm_add_epi32(cdgh[i], before_block[i][1]);
    }
  }
  for (int i = 0; i < count; i++) store_state(lanes[i].state, abef[i], cdgh[i]);
}

WITH_SHA void sha256_turns(sha256_lane *lanes, int count, size_t blocks) {
  if (count == 1) compress(lanes, 1, blocks);
  else compress(lanes, 2, blocks);
}

#else
int sha256_has_turns(void) { return 0; }
void sha256_turns(sha256_lane *lanes, int count, size_t blocks) { (void)lanes, (void)count, (void)blocks; }
#endif

#include "sha256.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

// By AVX-512, without the SHA extensions: sixteen messages side by side, word i of each in one register.

#define WITH_AVX512 __attribute__((target("avx512f,avx512bw")))
#define INLINE static inline __attribute__((always_inline))

typedef __m512i words;

// AMD's family 19h takes a register of 512 bits in two halves: sixteen side by side are hashed at 2.9 GB/s where two in
// turns are at 3.6.
static int takes_halves(void) {
  unsigned int version, b, c, d;
  if (!__builtin_cpu_is("amd") || !__get_cpuid(1, &version, &b, &c, &d)) return 0;
  return ((version >> 8) & 0xf) + ((version >> 20) & 0xff) == 0x19;
}

int sha256_has_wide(void) {
  return sha256_has_turns() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         !takes_halves();
}

WITH_AVX512 INLINE words sum(words a, words b) { return _mm512_add_epi32(a, b); }
WITH_AVX512 INLINE words exclusive(words a, words b, words c) { return _mm512_ternarylogic_epi32(a, b, c, 0x96); }
WITH_AVX512 INLINE words choice(words e, words f, words g) { return _mm512_ternarylogic_epi32(e, f, g, 0xca); }
WITH_AVX512 INLINE words majority(words a, words b, words c) { return _mm512_ternarylogic_epi32(a, b, c, 0xe8); }

WITH_AVX512 INLINE words big_sigma0(words a) {
  return exclusive(_mm512_ror_epi32(a, 2), _mm512_ror_epi32(a, 13), _mm512_ror_epi32(a, 22));
}
WITH_AVX512 INLINE words big_sigma1(words e) {
  return exclusive(_mm512_ror_epi32(e, 6), _mm512_ror_epi32(e, 11), _mm512_ror_epi32(e, 25));
}
WITH_AVX512 INLINE words small_sigma0(words w) {
  return exclusive(_mm512_ror_epi32(w, 7), _mm512_ror_epi32(w, 18), _mm512_srli_epi32(w, 3));
}
WITH_AVX512 INLINE words small_sigma1(words w) {
  return exclusive(_mm512_ror_epi32(w, 17), _mm512_ror_epi32(w, 19), _mm512_srli_epi32(w, 10));
}

// Sixteen rows of sixteen words become sixteen columns: pairs of words, pairs of pairs, then quarters of registers.
WITH_AVX512 INLINE void transpose(words *rows) {
  words pairs[16], quads[16];
  for (int i = 0; i < 8; i++) {
    pairs[2 * i] = _mm512_unpacklo_epi32(rows[2 * i], rows[2 * i + 1]);
    pairs[2 * i + 1] = _mm512_unpackhi_epi32(rows[2 * i], rows[2 * i + 1]);
  }
  for (int i = 0; i < 4; i++) {
    quads[4 * i] = _mm512_unpacklo_epi64(pairs[4 * i], pairs[4 * i + 2]);
    quads[4 * i + 1] = _mm512_unpackhi_epi64(pairs[4 * i], pairs[4 * i + 2]);
    quads[4 * i + 2] = _mm512_unpacklo_epi64(pairs[4 * i + 1], pairs[4 * i + 3]);
    quads[4 * i + 3] = _mm512_unpackhi_epi64(pairs[4 * i + 1], pairs[4 * i + 3]);
  }
  for (int j = 0; j < 4; j++) {
    const words even_low = _mm512_shuffle_i32x4(quads[j], quads[4 + j], 0x88);
    const words odd_low = _mm512_shuffle_i32x4(quads[j], quads[4 + j], 0xdd);
    const words even_high = _mm512_shuffle_i32x4(quads[8 + j], quads[12 + j], 0x88);
    const words odd_high = _mm512_shuffle_i32x4(quads[8 + j], quads[12 + j], 0xdd);
    rows[j] = _mm512_shuffle_i32x4(even_low, even_high, 0x88);
    rows[4 + j] = _mm512_shuffle_i32x4(odd_low, odd_high, 0x88);
    rows[8 + j] = _mm512_shuffle_i32x4(even_low, even_high, 0xdd);
    rows[12 + j] = _mm512_shuffle_i32x4(odd_low, odd_high, 0xdd);
  }
}

// One round, with the state turned by `n`, and the word that is needed sixteen rounds later.
WITH_AVX512 INLINE void round_of(words *s, words *w, int first, int n) {
#define TURNED(i) s[(i + 16 - n) % 8]
  const words key = _mm512_set1_epi32((int)sha256_round_constants[first + n]);
  const words one = sum(
    sum(sum(TURNED(7), w[n]), key), sum(big_sigma1(TURNED(4)), choice(TURNED(4), TURNED(5), TURNED(6))));
  const words two = sum(big_sigma0(TURNED(0)), majority(TURNED(0), TURNED(1), TURNED(2)));
  TURNED(3) = sum(TURNED(3), one);
  TURNED(7) = sum(one, two);
#undef TURNED
  if (first < 48)
    w[n] = sum(sum(w[n], w[(n + 9) % 16]), sum(small_sigma0(w[(n + 1) % 16]), small_sigma1(w[(n + 14) % 16])));
}

WITH_AVX512 INLINE void take_block(words *state, words *schedule) {
  words s[8];
  for (int i = 0; i < 8; i++) s[i] = state[i];
  for (int first = 0; first < 64; first += 16) {
#pragma clang loop unroll(full)
    for (int n = 0; n < 16; n++) round_of(s, schedule, first, n);
  }
  for (int i = 0; i < 8; i++) state[i] = sum(state[i], s[i]);
}

// Lanes that are missing repeat the first.
WITH_AVX512 void sha256_wide(sha256_lane *lanes, int count, size_t blocks) {
  const words big_endian =
    _mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL));
  uint32_t columns[8][SHA256_WIDE];
  const uint8_t *next[SHA256_WIDE];
  for (int lane = 0; lane < SHA256_WIDE; lane++) {
    const sha256_lane *from = &lanes[lane < count ? lane : 0];
    next[lane] = from->next;
    for (int i = 0; i < 8; i++) columns[i][lane] = from->state[i];
  }
  words state[8], schedule[16];
  for (int i = 0; i < 8; i++) state[i] = _mm512_loadu_si512(columns[i]);
  for (size_t offset = 0; offset < blocks * SHA256_BLOCK; offset += SHA256_BLOCK) {
    for (int i = 0; i < 16; i++)
      schedule[i] = _mm512_shuffle_epi8(_mm512_loadu_si512(next[i] + offset), big_endian);
    transpose(schedule);
    take_block(state, schedule);
  }
  for (int i = 0; i < 8; i++) _mm512_storeu_si512(columns[i], state[i]);
  for (int lane = 0; lane < count; lane++) {
    lanes[lane].next += blocks * SHA256_BLOCK;
    for (int i = 0; i < 8; i++) lanes[lane].state[i] = columns[i][lane];
  }
}

#else
int sha256_has_wide(void) { return 0; }
void sha256_wide(sha256_lane *lanes, int count, size_t blocks) { (void)lanes, (void)count, (void)blocks; }
#endif

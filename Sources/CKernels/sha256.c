#include "kernels.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

// FIPS 180-4 by the SHA extensions. Their latency is several times their throughput, so that up to four messages are
// hashed in turns, block by block.

#define LANES 4
#define BLOCK 64
#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))

static const uint32_t round_constants[64] __attribute__((aligned(16))) = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

// A message being hashed. The state is in the order of the instructions: words A B E F and C D G H.
typedef struct {
  __m128i abef, cdgh;
  const uint8_t *next;
  size_t blocks;
  const uint8_t *message;
  size_t byte_count;
  uint8_t *digest;
  uint8_t tail[2 * BLOCK];
  int in_tail;
} lane;

int kernel_has_sha256_many(void) {
  unsigned int a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSE4_1) || !(c & bit_SSSE3)) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1u << 29));
}

// `blocks` blocks of each of `count` lanes. `count` is a constant where this is inlined. The states stay in registers, the
// schedule in memory: with four lanes there are not enough registers for both.
WITH_SHA static inline __attribute__((always_inline)) void compress(lane *lanes, const int count, size_t blocks) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  __m128i abef[LANES], cdgh[LANES], words[LANES][4], before_block[LANES][2];
  for (int i = 0; i < count; i++) abef[i] = lanes[i].abef, cdgh[i] = lanes[i].cdgh;
  while (blocks--) {
    for (int i = 0; i < count; i++) {
      before_block[i][0] = abef[i], before_block[i][1] = cdgh[i];
      for (int w = 0; w < 4; w++)
        words[i][w] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)lanes[i].next + w), big_endian);
      lanes[i].next += BLOCK;
    }
#pragma clang loop unroll(full)
    for (int g = 0; g < 16; g++) {
      const int now = g % 4, next = (g + 1) % 4, before = (g + 3) % 4;
      __asm__ volatile("" : "+m"(words), "+m"(before_block));
      for (int i = 0; i < count; i++) {
        const __m128i word = words[i][now];
        const __m128i sum = _mm_add_epi32(word, _mm_load_si128((const __m128i *)round_constants + g));
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
  for (int i = 0; i < count; i++) lanes[i].abef = abef[i], lanes[i].cdgh = cdgh[i];
}

WITH_SHA static void compress_active(lane *lanes, int count, size_t blocks) {
  switch (count) {
  case 1: compress(lanes, 1, blocks); break;
  case 2: compress(lanes, 2, blocks); break;
  case 3: compress(lanes, 3, blocks); break;
  default: compress(lanes, 4, blocks); break;
  }
  for (int i = 0; i < count; i++) lanes[i].blocks -= blocks;
}

WITH_SHA static void begin(lane *lane, const uint8_t *message, size_t byte_count, uint8_t *digest) {
  lane->abef = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
  lane->cdgh = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
  lane->next = lane->message = message;
  lane->byte_count = byte_count;
  lane->blocks = byte_count / BLOCK;
  lane->digest = digest;
  lane->in_tail = 0;
}

// What is left of the message, the bit 1, zeros, and the length in bits: one block or two.
static void begin_tail(lane *lane) {
  const size_t rest = lane->byte_count % BLOCK;
  lane->blocks = rest < BLOCK - 8 ? 1 : 2;
  memset(lane->tail, 0, sizeof lane->tail);
  if (rest) memcpy(lane->tail, lane->message + lane->byte_count - rest, rest);
  lane->tail[rest] = 0x80;
  const uint64_t bits = __builtin_bswap64((uint64_t)lane->byte_count * 8);
  memcpy(lane->tail + lane->blocks * BLOCK - 8, &bits, 8);
  lane->next = lane->tail;
  lane->in_tail = 1;
}

WITH_SHA static void end(const lane *lane) {
  uint32_t abef[4], cdgh[4];
  _mm_storeu_si128((__m128i *)abef, lane->abef);
  _mm_storeu_si128((__m128i *)cdgh, lane->cdgh);
  const uint32_t words[8] = {abef[3], abef[2], cdgh[3], cdgh[2], abef[1], abef[0], cdgh[1], cdgh[0]};
  for (int i = 0; i < 8; i++) {
    const uint32_t word = __builtin_bswap32(words[i]);
    memcpy(lane->digest + 4 * i, &word, 4);
  }
}

void kernel_sha256_many(const void *const *messages, const size_t *byte_counts, size_t count, uint8_t *digests) {
  lane lanes[LANES];
  int active = 0;
  size_t taken = 0;
  while (taken < count || active > 0) {
    while (active < LANES && taken < count) {
      begin(&lanes[active++], messages[taken], byte_counts[taken], digests + 32 * taken);
      taken++;
    }
    size_t blocks = lanes[0].blocks;
    for (int i = 1; i < active; i++)
      if (lanes[i].blocks < blocks) blocks = lanes[i].blocks;
    if (blocks > 0) compress_active(lanes, active, blocks);
    for (int i = active - 1; i >= 0; i--) {
      if (lanes[i].blocks > 0) continue;
      if (!lanes[i].in_tail) {
        begin_tail(&lanes[i]);
        continue;
      }
      end(&lanes[i]);
      active--;
      if (i == active) continue;
      lanes[i] = lanes[active];
      if (lanes[i].in_tail) lanes[i].next = lanes[i].tail + (lanes[active].next - lanes[active].tail);
    }
  }
}

#else
int kernel_has_sha256_many(void) { return 0; }
void kernel_sha256_many(const void *const *messages, const size_t *byte_counts, size_t count, uint8_t *digests) {
  (void)messages, (void)byte_counts, (void)count, (void)digests;
}
#endif

// What the parts of SHA-256 share (FIPS 180-4).
#ifndef SNAPSHOT_ENGINE_SHA256_H
#define SNAPSHOT_ENGINE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BLOCK 64
#define SHA256_TURNS 2
#define SHA256_WIDE 16

extern const uint32_t sha256_round_constants[64];

// A message being hashed: its state as words A … H, and the whole blocks that come next.
typedef struct {
  uint32_t state[8];
  const uint8_t *next;
  size_t blocks;
  const uint8_t *message;
  size_t byte_count;
  uint8_t *digest;
  uint8_t tail[2 * SHA256_BLOCK];
  int in_tail;
} sha256_lane;

// Each takes `blocks` blocks of each of the first `count` lanes, which have as many: by the SHA extensions, up to
// SHA256_TURNS in turns; by AVX-512, up to SHA256_WIDE side by side.
int sha256_has_turns(void);
int sha256_has_wide(void);
void sha256_turns(sha256_lane *lanes, int count, size_t blocks);
void sha256_wide(sha256_lane *lanes, int count, size_t blocks);

#endif

#include "kernels.h"

#include "sha256.h"

#include <string.h>

// One message alone waits for its own rounds. Several are hashed together: their blocks are taken by the fastest way the
// processor has for as many as there are.

const uint32_t sha256_round_constants[64] __attribute__((aligned(16))) = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

// So many lanes side by side take about as long as as many in turns, where registers are not taken in halves.
#define WIDE_LEAST 11

int kernel_has_sha256_many(void) { return sha256_has_turns(); }

// To ask the processor is slow where a hypervisor answers: it is asked once.
static int lane_count(void) {
  static _Atomic int known;
  if (!known) known = sha256_has_wide() ? SHA256_WIDE : SHA256_TURNS;
  return known;
}

void kernel_sha256_begin(uint32_t *state) {
  static const uint32_t initial[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  };
  memcpy(state, initial, sizeof initial);
}

static void begin(sha256_lane *lane, const uint8_t *message, size_t byte_count, uint8_t *digest) {
  kernel_sha256_begin(lane->state);
  lane->next = lane->message = message;
  lane->byte_count = byte_count;
  lane->blocks = byte_count / SHA256_BLOCK;
  lane->digest = digest;
  lane->in_tail = 0;
}

// What is left of the message, the bit 1, zeros, and the length in bits: one block or two.
static void begin_tail(sha256_lane *lane, const uint8_t *message_end) {
  const size_t rest = lane->byte_count % SHA256_BLOCK;
  lane->blocks = rest < SHA256_BLOCK - 8 ? 1 : 2;
  memset(lane->tail, 0, sizeof lane->tail);
  if (rest) memcpy(lane->tail, message_end - rest, rest);
  lane->tail[rest] = 0x80;
  const uint64_t bits = __builtin_bswap64((uint64_t)lane->byte_count * 8);
  memcpy(lane->tail + lane->blocks * SHA256_BLOCK - 8, &bits, 8);
  lane->next = lane->tail;
  lane->in_tail = 1;
}

static void begin_tail_of_message(sha256_lane *lane) { begin_tail(lane, lane->message + lane->byte_count); }

static void end(const sha256_lane *lane) {
  for (int i = 0; i < 8; i++) {
    const uint32_t word = __builtin_bswap32(lane->state[i]);
    memcpy(lane->digest + 4 * i, &word, 4);
  }
}

// The last of `active` lanes takes the place of one that ended.
static void move_last(sha256_lane *lanes, int to, int last) {
  if (to == last) return;
  lanes[to] = lanes[last];
  if (lanes[to].in_tail) lanes[to].next = lanes[to].tail + (lanes[last].next - lanes[last].tail);
}

// As many blocks of as many lanes as go together at best. Every lane has at least one.
static void advance(sha256_lane *lanes, int active) {
  const int wide = active >= WIDE_LEAST;
  const int count = wide || active < SHA256_TURNS ? active : SHA256_TURNS;
  size_t blocks = lanes[0].blocks;
  for (int i = 1; i < count; i++)
    if (lanes[i].blocks < blocks) blocks = lanes[i].blocks;
  (wide ? sha256_wide : sha256_turns)(lanes, count, blocks);
  for (int i = 0; i < count; i++) lanes[i].blocks -= blocks;
}

void kernel_sha256_many(const void *const *messages, const size_t *byte_counts, size_t count, uint8_t *digests) {
  sha256_lane lanes[SHA256_WIDE];
  const int lanes_max = lane_count();
  int active = 0;
  size_t taken = 0;
  while (taken < count || active > 0) {
    for (; active < lanes_max && taken < count; taken++) {
      begin(&lanes[active], messages[taken], byte_counts[taken], digests + 32 * taken);
      if (lanes[active].blocks == 0) begin_tail_of_message(&lanes[active]);
      active++;
    }
    advance(lanes, active);
    for (int i = active - 1; i >= 0; i--) {
      if (lanes[i].blocks > 0) continue;
      if (!lanes[i].in_tail) {
        begin_tail_of_message(&lanes[i]);
        continue;
      }
      end(&lanes[i]);
      move_last(lanes, i, --active);
    }
  }
}

static void resume(sha256_lane *lane, const uint32_t *state, const uint8_t *bytes, size_t block_count) {
  memcpy(lane->state, state, sizeof lane->state);
  lane->next = lane->message = bytes;
  lane->blocks = block_count;
  lane->in_tail = 0;
}

void kernel_sha256_blocks(uint32_t *state, const void *bytes, size_t block_count) {
  sha256_lane lane;
  if (block_count == 0) return;
  resume(&lane, state, bytes, block_count);
  advance(&lane, 1);
  memcpy(state, lane.state, sizeof lane.state);
}

void kernel_sha256_two(
  uint32_t *first, const void *first_bytes, size_t first_block_count, uint32_t *second, const void *second_bytes,
  size_t second_block_count) {
  sha256_lane lanes[2];
  resume(&lanes[0], first, first_bytes, first_block_count);
  resume(&lanes[1], second, second_bytes, second_block_count);
  if (first_block_count > 0 && second_block_count > 0) advance(lanes, 2);
  for (int i = 0; i < 2; i++)
    if (lanes[i].blocks > 0) advance(&lanes[i], 1);
  memcpy(first, lanes[0].state, sizeof lanes[0].state);
  memcpy(second, lanes[1].state, sizeof lanes[1].state);
}

void kernel_sha256_finish(uint32_t *state, const void *rest, size_t rest_count, size_t byte_count, uint8_t *digest) {
  const size_t whole = rest_count / SHA256_BLOCK;
  sha256_lane lane;
  kernel_sha256_blocks(state, rest, whole);
  resume(&lane, state, rest, 0);
  lane.byte_count = byte_count;
  lane.digest = digest;
  begin_tail(&lane, (const uint8_t *)rest + rest_count);
  advance(&lane, 1);
  end(&lane);
}

#include "kernels.h"

#include <string.h>

#define POLYNOMIAL 0x82F63B78u

static uint32_t crc_table[8][256];

// The instruction takes three cycles and a new one begins in each: three lanes of this many bytes are taken in turns.
#define LANE 1024

// What a crc becomes when LANE zero bytes follow, by each of its four bytes.
static uint32_t shift_table[4][256];

static uint32_t followed_by_zeros(uint32_t crc) {
  for (int i = 0; i < LANE; i++) crc = (crc >> 8) ^ crc_table[0][crc & 0xFF];
  return crc;
}

// Of a byte with several bits it is the sum of what it is of each.
static void fill_shift_table(void) {
  for (int place = 0; place < 4; place++) {
    for (uint32_t byte = 1; byte < 256; byte++) {
      const uint32_t rest = byte & (byte - 1);
      shift_table[place][byte] =
        rest ? shift_table[place][rest] ^ shift_table[place][byte ^ rest] : followed_by_zeros(byte << (8 * place));
    }
  }
}

__attribute__((constructor)) static void fill_tables(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (POLYNOMIAL & (0u - (crc & 1)));
    crc_table[0][byte] = crc;
  }
  for (int slice = 1; slice < 8; slice++)
    for (int byte = 0; byte < 256; byte++)
      crc_table[slice][byte] = (crc_table[slice - 1][byte] >> 8) ^ crc_table[0][crc_table[slice - 1][byte] & 0xFF];
  fill_shift_table();
}

static uint32_t crc_portable(uint32_t crc, const uint8_t *bytes, size_t count) {
  while (count >= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    word ^= crc;
    crc = 0;
    for (int slice = 0; slice < 8; slice++) crc ^= crc_table[7 - slice][(word >> (8 * slice)) & 0xFF];
    bytes += 8;
    count -= 8;
  }
  while (count--) crc = (crc >> 8) ^ crc_table[0][(crc ^ *bytes++) & 0xFF];
  return crc;
}

#if defined(__x86_64__)
static inline uint32_t shifted(uint32_t crc) {
  return shift_table[0][crc & 0xFF] ^ shift_table[1][(crc >> 8) & 0xFF] ^ shift_table[2][(crc >> 16) & 0xFF] ^
         shift_table[3][crc >> 24];
}

__attribute__((target("sse4.2"))) static uint32_t crc_hardware(uint32_t crc, const uint8_t *bytes, size_t count) {
  for (; count >= 3 * LANE; count -= 3 * LANE, bytes += 3 * LANE) {
    uint64_t lanes[3] = {crc, 0, 0};
    for (size_t offset = 0; offset < LANE; offset += 8) {
      for (int i = 0; i < 3; i++) {
        uint64_t word;
        memcpy(&word, bytes + i * LANE + offset, 8);
        lanes[i] = __builtin_ia32_crc32di(lanes[i], word);
      }
    }
    crc = shifted(shifted((uint32_t)lanes[0]) ^ (uint32_t)lanes[1]) ^ (uint32_t)lanes[2];
  }
  uint64_t wide = crc;
  while (count >= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    wide = __builtin_ia32_crc32di(wide, word);
    bytes += 8;
    count -= 8;
  }
  crc = (uint32_t)wide;
  while (count--) crc = __builtin_ia32_crc32qi(crc, *bytes++);
  return crc;
}
static int has_hardware(void) { return __builtin_cpu_supports("sse4.2"); }
#else
#define crc_hardware crc_portable
static int has_hardware(void) { return 0; }
#endif

uint32_t kernel_crc32c(uint32_t crc, const void *bytes, size_t count) {
  crc = ~crc;
  crc = has_hardware() ? crc_hardware(crc, bytes, count) : crc_portable(crc, bytes, count);
  return ~crc;
}

#include "kernels.h"

#include <string.h>

#define POLYNOMIAL 0x82F63B78u

static uint32_t crc_table[8][256];

__attribute__((constructor)) static void fill_table(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (POLYNOMIAL & (0u - (crc & 1)));
    crc_table[0][byte] = crc;
  }
  for (int slice = 1; slice < 8; slice++)
    for (int byte = 0; byte < 256; byte++)
      crc_table[slice][byte] = (crc_table[slice - 1][byte] >> 8) ^ crc_table[0][crc_table[slice - 1][byte] & 0xFF];
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
__attribute__((target("sse4.2"))) static uint32_t crc_hardware(uint32_t crc, const uint8_t *bytes, size_t count) {
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

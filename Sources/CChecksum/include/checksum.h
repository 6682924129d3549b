#ifndef SNAPSHOT_ENGINE_CHECKSUM_H
#define SNAPSHOT_ENGINE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli) of `count` bytes, continuing from `crc` (0 to begin). Uses the processor's instruction where there is one.
uint32_t checksum_crc32c(uint32_t crc, const void *_Nonnull bytes, size_t count);

#endif

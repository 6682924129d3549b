// The loops over every byte, as the processor does them best. Each gives the same result on every processor.
#ifndef SNAPSHOT_ENGINE_KERNELS_H
#define SNAPSHOT_ENGINE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// CRC-32C (Castagnoli) of `count` bytes, continuing from `crc` (0 to begin).
uint32_t kernel_crc32c(uint32_t crc, const void *_Nonnull bytes, size_t count);

// Whether `kernel_sha256_many` may be called: the processor has the instructions.
int kernel_has_sha256_many(void);

// The SHA-256 of `count` messages at once: `digests` receives 32 bytes for each, in order. One message alone waits for its
// own rounds most of the time; two that take turns, or sixteen side by side, keep the processor busy.
void kernel_sha256_many(
  const void *_Nullable const *_Nonnull messages, const size_t *_Nonnull byte_counts, size_t count,
  uint8_t *_Nonnull digests);

// The state of a SHA-256 in the making: eight words, after some whole blocks of 64 bytes. These four may be called where
// `kernel_has_sha256_many` says so.
void kernel_sha256_begin(uint32_t *_Nonnull state);

// Goes on by whole blocks.
void kernel_sha256_blocks(uint32_t *_Nonnull state, const void *_Nonnull bytes, size_t block_count);

// Two at once, each by its own blocks: in less than the time of both.
void kernel_sha256_two(
  uint32_t *_Nonnull first, const void *_Nonnull first_bytes, size_t first_block_count, uint32_t *_Nonnull second,
  const void *_Nonnull second_bytes, size_t second_block_count);

// The digest, 32 bytes: of a message of `byte_count` bytes, whose last `rest_count` the state does not hold yet.
void kernel_sha256_finish(
  uint32_t *_Nonnull state, const void *_Nonnull rest, size_t rest_count, size_t byte_count, uint8_t *_Nonnull digest);

// Compares `mask_count` times 64 words of 4 bytes: bit i of a mask is set where its word i differs.
void kernel_differing_words(
  const uint8_t *_Nonnull left, const uint8_t *_Nonnull right, size_t mask_count, uint64_t *_Nonnull masks);

// Splits `byte_count` bytes into four planes, byte i to plane i mod 4. Plane p has (byte_count + 3 - p) / 4 bytes.
void kernel_planes_split(const uint8_t *_Nonnull bytes, size_t byte_count, uint8_t *_Nonnull const *_Nonnull planes);

// Undoes `kernel_planes_split`.
void kernel_planes_join(const uint8_t *_Nonnull const *_Nonnull planes, uint8_t *_Nonnull bytes, size_t byte_count);

// What `kernel_distances` gives of each row: the product with the query; the sum of squared differences from it; or the product,
// and as second result the sum of the row's squares.
enum { KERNEL_PRODUCTS = 0, KERNEL_SQUARES = 1, KERNEL_PRODUCTS_AND_NORMS = 2 };

// Compares `row_count` rows of `dimension` floats, one behind the other, with a query. `first` receives a result for each row,
// and `second`, for KERNEL_PRODUCTS_AND_NORMS alone, another.
void kernel_distances(
  int kind, const float *_Nonnull rows, size_t row_count, size_t dimension, const float *_Nonnull query,
  float *_Nonnull first, float *_Nullable second);

// Has the cache line of an address fetched: whoever reads it a little later need not wait. Touches nothing.
static inline void kernel_prefetch(const void *_Nonnull address) { __builtin_prefetch(address); }

#endif

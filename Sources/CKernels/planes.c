#include "kernels.h"

#include <string.h>

typedef uint8_t bytes16 __attribute__((vector_size(16)));

static inline bytes16 load(const uint8_t *from) {
  bytes16 bytes;
  memcpy(&bytes, from, sizeof bytes);
  return bytes;
}

static inline void store(uint8_t *to, bytes16 bytes) {
  memcpy(to, &bytes, sizeof bytes);
}

// Every second byte of 32, from the first or from the second on.
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
// The first or the second halves, in turns of one byte or of two.
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define ZIP2_LOW(a, b) __builtin_shufflevector(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23)
#define ZIP2_HIGH(a, b) __builtin_shufflevector(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31)

void kernel_planes_split(const uint8_t *bytes, size_t byte_count, uint8_t *const *planes) {
  size_t done = 0;
  for (; byte_count - done >= 64; done += 64) {
    const bytes16 a = load(bytes + done), b = load(bytes + done + 16);
    const bytes16 c = load(bytes + done + 32), d = load(bytes + done + 48);
    const bytes16 first_even = EVEN(a, b), first_odd = ODD(a, b), second_even = EVEN(c, d), second_odd = ODD(c, d);
    store(planes[0] + done / 4, EVEN(first_even, second_even));
    store(planes[1] + done / 4, EVEN(first_odd, second_odd));
    store(planes[2] + done / 4, ODD(first_even, second_even));
    store(planes[3] + done / 4, ODD(first_odd, second_odd));
  }
  for (; done < byte_count; done++) planes[done % 4][done / 4] = bytes[done];
}

void kernel_planes_join(const uint8_t *const *planes, uint8_t *bytes, size_t byte_count) {
  size_t done = 0;
  for (; byte_count - done >= 64; done += 64) {
    const bytes16 a = load(planes[0] + done / 4), b = load(planes[1] + done / 4);
    const bytes16 c = load(planes[2] + done / 4), d = load(planes[3] + done / 4);
    const bytes16 low = ZIP_LOW(a, b), high = ZIP_HIGH(a, b), low_top = ZIP_LOW(c, d), high_top = ZIP_HIGH(c, d);
    store(bytes + done, ZIP2_LOW(low, low_top));
    store(bytes + done + 16, ZIP2_HIGH(low, low_top));
    store(bytes + done + 32, ZIP2_LOW(high, high_top));
    store(bytes + done + 48, ZIP2_HIGH(high, high_top));
  }
  for (; done < byte_count; done++) bytes[done] = planes[done % 4][done / 4];
}

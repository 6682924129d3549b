// The records that peers append: a file of snapmeasure's (`words`) in memory, and the clock that they are timed by.
#ifndef APPEND_PEER_H
#define APPEND_PEER_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MUST(call) do { if ((call) < 0) { perror(#call); exit(1); } } while (0)

enum { BATCH = 100 };

typedef struct {
  const char *bytes, *end;
  uint64_t count;
} records;

typedef struct {
  const char *key, *value;
  uint32_t key_bytes, value_bytes;
} record;

static inline records records_of(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file || fseek(file, 0, SEEK_END) != 0) abort();
  const size_t size = (size_t)ftell(file);
  char *bytes = (char *)malloc(size);
  rewind(file);
  if (!bytes || fread(bytes, 1, size, file) != size) abort();
  fclose(file);
  records all = {bytes, bytes + size, 0};
  return all;
}

// Whether there was another one.
static inline int next_record(records *all, record *one) {
  if (all->bytes == all->end) return 0;
  memcpy(&one->key_bytes, all->bytes, 4);
  memcpy(&one->value_bytes, all->bytes + 4, 4);
  one->key = all->bytes + 8;
  one->value = one->key + one->key_bytes;
  all->bytes = one->value + one->value_bytes;
  all->count++;
  return 1;
}

// CPU time of the process, all its threads, what the kernel does for it included.
static inline double cpu_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static inline void report(double spent, uint64_t count) { printf("%g\n", spent * 1e6 / (double)count); }

#endif

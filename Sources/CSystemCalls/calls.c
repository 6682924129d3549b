#define _GNU_SOURCE
#include "calls.h"

#include <pthread.h>
#include <time.h>

/* A thread has a cache line to itself, which nobody else writes. */
struct slot {
  uint64_t owned, kind, began;
  uint64_t unused[5];
};

enum { slot_count = 1024 };

struct table {
  uint64_t has_result;
  uint64_t unused[7];
  struct slot slots[slot_count];
};

const size_t system_call_table_byte_count = sizeof(struct table);
void *system_call_table = NULL;

void system_note_calls(void *table) { system_call_table = table; }

static __thread struct slot *mine;
/* That of threads for which there was none: more than an engine ever starts. */
static struct slot unseen;
static pthread_key_t at_end_of_thread;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void give_back(void *slot) {
  mine = NULL;
  __atomic_store_n(&((struct slot *)slot)->owned, 0, __ATOMIC_RELEASE);
}

static void make_key(void) { pthread_key_create(&at_end_of_thread, give_back); }

static struct slot *take(void) {
  struct table *table = system_call_table;
  pthread_once(&once, make_key);
  for (size_t index = 0; index < slot_count; index++) {
    struct slot *slot = &table->slots[index];
    uint64_t nobody = 0;
    if (!__atomic_compare_exchange_n(&slot->owned, &nobody, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) continue;
    pthread_setspecific(at_end_of_thread, slot);
    return slot;
  }
  return &unseen;
}

void system_call_begins(uint32_t kind) {
  if (mine == NULL) mine = take();
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  __atomic_store_n(&mine->kind, kind, __ATOMIC_RELAXED);
  __atomic_store_n(&mine->began, (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec, __ATOMIC_RELAXED);
}

void system_call_ends(void) {
  if (mine != NULL) __atomic_store_n(&mine->began, 0, __ATOMIC_RELAXED);
}

int system_oldest_call(const void *memory, uint64_t *began, uint32_t *kind) {
  const struct table *table = memory;
  *began = 0;
  for (size_t index = 0; index < slot_count; index++) {
    const struct slot *slot = &table->slots[index];
    uint64_t since = __atomic_load_n(&slot->began, __ATOMIC_RELAXED);
    if (since == 0 || (*began != 0 && *began <= since)) continue;
    *began = since;
    *kind = (uint32_t)__atomic_load_n(&slot->kind, __ATOMIC_RELAXED);
  }
  return *began != 0;
}

void system_note_result(void *memory) {
  __atomic_store_n(&((struct table *)memory)->has_result, 1, __ATOMIC_RELEASE);
}

int system_has_result(const void *memory) {
  return __atomic_load_n(&((const struct table *)memory)->has_result, __ATOMIC_ACQUIRE) != 0;
}

#ifndef SNAPSHOT_ENGINE_CALLS_H
#define SNAPSHOT_ENGINE_CALLS_H

#include <stddef.h>
#include <stdint.h>

/* A table in memory that two processes share: which system calls the threads of one are in, and since when. */

/// Bytes of such a table; it begins as zeros.
extern const size_t system_call_table_byte_count;

/// Whether this process notes its calls: only where somebody wants to know.
static inline int system_calls_are_noted(void) {
  extern void *_Nullable system_call_table;
  return system_call_table != NULL;
}

/// From now on this process does, in memory that stays. Once, before other threads make calls.
void system_note_calls(void *_Nonnull table);

/// This thread is in a call of a kind from now on. Only where calls are noted.
void system_call_begins(uint32_t kind);
void system_call_ends(void);

/// The call of all threads that began first, by the monotonic clock; 0 when none is under way.
int system_oldest_call(const void *_Nonnull table, uint64_t *_Nonnull began, uint32_t *_Nonnull kind);

/// Something was made that stays, whatever becomes of the process.
void system_note_result(void *_Nonnull table);
int system_has_result(const void *_Nonnull table);

#endif

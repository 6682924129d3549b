#ifndef SNAPSHOT_ENGINE_PROCESS_H
#define SNAPSHOT_ENGINE_PROCESS_H

#include <stddef.h>

/* What a process needs to have another one do its work, and to walk away from it.
   Each call returns -1 and sets errno as the system does. */

/// Starts `program` as a process that nobody waits for: a child of init, of a session of its own, with no signal blocked
/// or ignored, `/dev/null` for its standard streams, `descriptors` as 3, 4, 5 … and nothing else open.
///
/// Returns 0 once the process exists; that it could not execute `program` shows only in that it ends. `handle` is a
/// descriptor by which `system_end_process` reaches it, or -1 on kernels without them (before 5.3).
int system_start_detached(
  const char *_Nonnull program, char *_Nullable const *_Nonnull arguments, const int *_Nonnull descriptors, size_t count,
  int *_Nonnull handle);
/// Sends SIGKILL and does not wait: a process in a call that never returns does not end.
int system_end_process(int handle);

/// Starts `program` as a child of this process, in a session of its own, with no signal blocked or ignored, and `streams`
/// as its standard streams. It has what this process was started with, which its arguments may name, and `descriptors`,
/// under their numbers; nothing else that closes on exec.
///
/// Returns the number of the process. It stays the child's until `system_end_of_child` says 1, or this process ends:
/// then init has it, whatever it hangs in.
int system_start_child(
  const char *_Nonnull program, char *_Nullable const *_Nonnull arguments, const int *_Nonnull streams,
  const int *_Nonnull descriptors, size_t count);
/// Whether a child has ended: 1 with its exit status, or -1 and the signal that ended it; 0 while it has not. Does not
/// wait.
int system_end_of_child(int process, int *_Nonnull status, int *_Nonnull signal_number);

#endif

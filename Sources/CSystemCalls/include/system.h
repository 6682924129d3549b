#ifndef SNAPSHOT_ENGINE_SYSTEM_H
#define SNAPSHOT_ENGINE_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

/* The system calls that Glibc's Swift overlay does not offer, or offers with awkward types.
   Each returns -1 and sets errno as the call itself does. */

/// What is known of a file without reading it.
struct system_status {
  uint32_t mode;
  uint32_t owner;
  uint32_t group;
  uint64_t byte_count;
  uint64_t inode;
  uint64_t device;
  uint64_t link_count;
  int64_t modified_nanoseconds;
  int64_t changed_nanoseconds;
};

/// The file system that a descriptor lies on.
struct system_file_system {
  uint64_t magic;
  uint64_t free_byte_count;
  uint64_t byte_count;
};

/// O_PATH, which is not among the constants Swift sees.
extern const int system_open_path_only;

/// Opens `path` below `directory`; a symbolic link anywhere in it fails with ELOOP, a way out with EXDEV.
int system_open_beneath(int directory, const char *_Nonnull path, int flags, uint32_t mode);
/// The same, one component after the other, for kernels and sandboxes without `openat2`. `path` must hold no `..`.
int system_open_stepwise(int directory, const char *_Nonnull path, int flags, uint32_t mode);
/// Opens `path` as it stands, links followed: only for paths the user named.
int system_open(const char *_Nonnull path, int flags);
/// The status of `path` in `directory`, never of what a link points to; of `directory` itself when `path` is null.
int system_status_of(int directory, const char *_Nullable path, struct system_status *_Nonnull status);
/// The room that what `path` names takes on its device; -1 on failure. Holes take none.
int64_t system_allocated_byte_count_of(int directory, const char *_Nonnull path);
/// `renameat2`. `flags` are RENAME_NOREPLACE (1) or RENAME_EXCHANGE (2).
int system_rename(
  int from_directory, const char *_Nonnull from, int to_directory, const char *_Nonnull to, uint32_t flags);
/// Fills `buffer` with entries as `getdents64` lays them out; 0 at the end.
long system_list(int directory, void *_Nonnull buffer, size_t count);
/// Makes `to` share the blocks of `from`.
int system_clone(int to, int from);
/// Reserves room without writing; EOPNOTSUPP where the file system cannot.
int system_allocate(int file, int64_t offset, int64_t count);
int system_make_hole(int file, int64_t offset, int64_t count);
int system_lock(int file, int operation);
/// A second descriptor of the same open file.
int system_duplicate(int file);
int system_file_system_of(int file, struct system_file_system *_Nonnull info);
/// Has the system begin to write out what it holds of `file`; waits for none of it to be there.
int system_begin_writing_out(int file);
/// Keeps memory that was freed, up to `byte_count` in each arena, for what is allocated next: buffers of the same sizes come
/// and go all the time, and each that is given back to the kernel is faulted in and zeroed again. The heap is faulted in by
/// large pages where the kernel has them.
void system_keep_freed_memory(int byte_count);

// One header leads to all: a build that was made before the others came notices it.
#include "calls.h"
#include "helper.h"
#include "process.h"

#endif

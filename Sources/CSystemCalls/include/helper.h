#ifndef SNAPSHOT_ENGINE_HELPER_H
#define SNAPSHOT_ENGINE_HELPER_H

#include <stddef.h>
#include <stdint.h>

/* What a process and the one that does its work say to each other.
   Each call returns -1 and sets errno as the system does. */

/// A pair of sockets that keep the borders of messages; closed on exec.
int system_message_pair(int *_Nonnull pair);
/// One message, whole or not at all; -1 with EPIPE when nobody is at the other end.
long system_send(int socket, const void *_Nonnull bytes, size_t count);
/// The next message, 0 at the end; -1 with EMSGSIZE for one that is longer than `count`.
long system_receive(int socket, void *_Nonnull buffer, size_t count);
/// Wakes whoever waits at either end.
void system_shut_down(int socket);

/// A file in memory of a size that nobody can change; closed on exec.
int system_memory_file(size_t byte_count);
/// Maps it, shared. MAP_FAILED is given as null.
void *_Nullable system_map_shared(int file, size_t byte_count);
/// Gives the memory of a part of it back to the system, whole pages: they read as zeros then.
int system_give_back(int file, int64_t offset, int64_t byte_count);

/// A counter that two processes share.
uint64_t system_load(const void *_Nonnull counter);
void system_raise(void *_Nonnull counter);

/// The number of the mount that a descriptor lies on, as in /proc/self/mountinfo; 0 where it cannot be had.
uint64_t system_mount_of(int file);

#endif

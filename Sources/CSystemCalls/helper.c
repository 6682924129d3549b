#define _GNU_SOURCE
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

int system_message_pair(int *pair) { return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair); }

long system_send(int socket, const void *bytes, size_t count) { return send(socket, bytes, count, MSG_NOSIGNAL); }

long system_receive(int socket, void *buffer, size_t count) {
  ssize_t result = recv(socket, buffer, count, MSG_TRUNC);
  if (result <= (ssize_t)count) return result;
  errno = EMSGSIZE;
  return -1;
}

void system_shut_down(int socket) { shutdown(socket, SHUT_RDWR); }

int system_memory_file(size_t byte_count) {
  int file = memfd_create("snapctl-mount", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file < 0) return -1;
  if (ftruncate(file, (off_t)byte_count) == 0
      && fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0) {
    return file;
  }
  int saved = errno;
  close(file);
  errno = saved;
  return -1;
}

void *system_map_shared(int file, size_t byte_count) {
  void *start = mmap(NULL, byte_count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  return start == MAP_FAILED ? NULL : start;
}

int system_give_back(int file, int64_t offset, int64_t byte_count) {
  return fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, byte_count);
}

uint64_t system_load(const void *counter) { return __atomic_load_n((const uint64_t *)counter, __ATOMIC_ACQUIRE); }

void system_raise(void *counter) { __atomic_add_fetch((uint64_t *)counter, 1, __ATOMIC_RELEASE); }

uint64_t system_mount_of(int file) {
  struct statx found;
  if (statx(file, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, 0x1000U /* STATX_MNT_ID */, &found) < 0) return 0;
  return found.stx_mask & 0x1000U ? found.stx_mnt_id : 0;
}

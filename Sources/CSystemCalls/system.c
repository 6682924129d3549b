#define _GNU_SOURCE
#include "system.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/fs.h>
#include <linux/openat2.h>

const int system_open_path_only = O_PATH;

/* Opens one component and says ELOOP of a link, as openat2 does, also where a directory was wanted. */
static int open_component(int directory, const char *name, int flags, uint32_t mode) {
  int result = openat(directory, name, flags | O_NOFOLLOW, (mode_t)mode);
  if (result < 0 && errno == ENOTDIR) {
    struct stat found;
    int is_link = fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(found.st_mode);
    errno = is_link ? ELOOP : ENOTDIR;
  }
  return result;
}

int system_open_stepwise(int directory, const char *path, int flags, uint32_t mode) {
  int here = directory;
  for (;;) {
    const char *slash = strchr(path, '/');
    int next;
    if (slash == NULL) {
      next = open_component(here, path, flags, mode);
    } else if (slash - path > NAME_MAX) {
      errno = ENAMETOOLONG;
      next = -1;
    } else {
      char name[NAME_MAX + 1];
      memcpy(name, path, (size_t)(slash - path));
      name[slash - path] = 0;
      next = open_component(here, name, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    }
    int saved = errno;
    if (here != directory) close(here);
    errno = saved;
    if (slash == NULL || next < 0) return next;
    here = next;
    path = slash + 1;
  }
}

int system_open_beneath(int directory, const char *path, int flags, uint32_t mode) {
  struct open_how how = {
    .flags = (uint64_t)(unsigned)flags,
    .mode = flags & O_CREAT ? mode : 0,
    .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
  };
  long result = syscall(SYS_openat2, directory, path, &how, sizeof how);
  // An old kernel does not know the call; the filter of an old container runtime does not, and says EPERM.
  if (result < 0 && (errno == ENOSYS || errno == EPERM)) return system_open_stepwise(directory, path, flags, mode);
  return (int)result;
}

int system_open(const char *path, int flags) { return open(path, flags); }

static int64_t nanoseconds(struct timespec time) { return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec; }

int system_status_of(int directory, const char *path, struct system_status *status) {
  struct stat found;
  int result = path == NULL ? fstat(directory, &found) : fstatat(directory, path, &found, AT_SYMLINK_NOFOLLOW);
  if (result < 0) return result;
  *status = (struct system_status){
    .mode = found.st_mode,
    .owner = found.st_uid,
    .group = found.st_gid,
    .byte_count = found.st_size < 0 ? 0 : (uint64_t)found.st_size,
    .inode = found.st_ino,
    .device = found.st_dev,
    .link_count = found.st_nlink,
    .modified_nanoseconds = nanoseconds(found.st_mtim),
    .changed_nanoseconds = nanoseconds(found.st_ctim),
  };
  return 0;
}

int64_t system_allocated_byte_count_of(int directory, const char *path) {
  struct stat found;
  // st_blocks counts 512 bytes, whatever the file system's own blocks are (stat(3type)).
  return fstatat(directory, path, &found, AT_SYMLINK_NOFOLLOW) < 0 ? -1 : (int64_t)found.st_blocks * 512;
}

int system_rename(int from_directory, const char *from, int to_directory, const char *to, uint32_t flags) {
  return renameat2(from_directory, from, to_directory, to, flags);
}

long system_list(int directory, void *buffer, size_t count) { return getdents64(directory, buffer, count); }

int system_clone(int to, int from) { return ioctl(to, FICLONE, from); }

int system_allocate(int file, int64_t offset, int64_t count) { return fallocate(file, 0, offset, count); }

int system_make_hole(int file, int64_t offset, int64_t count) {
  return fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, count);
}

int system_lock(int file, int operation) { return flock(file, operation); }

int system_duplicate(int file) { return fcntl(file, F_DUPFD_CLOEXEC, 0); }

int system_begin_writing_out(int file) { return sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE); }

int system_file_system_of(int file, struct system_file_system *info) {
  struct statfs found;
  if (fstatfs(file, &found) < 0) return -1;
  uint64_t block = found.f_bsize > 0 ? (uint64_t)found.f_bsize : 0;
  *info = (struct system_file_system){
    .magic = (uint64_t)(uint32_t)found.f_type,
    .free_byte_count = found.f_bavail * block,
    .byte_count = found.f_blocks * block,
  };
  return 0;
}

// The heap grows by this much address space at a time.
static const size_t heap_step = (size_t)64 << 20;
static const uintptr_t large_page = (uintptr_t)2 << 20;

// One fault for 2 MiB of the heap in place of 512. A kernel that has no large pages says so, and nothing changes.
static void use_large_pages(void) {
  free(malloc(1 << 20));
  const uintptr_t end = (uintptr_t)sbrk(0);
  const uintptr_t start = (end - heap_step + large_page - 1) / large_page * large_page;
  madvise((void *)start, end - start, MADV_HUGEPAGE);
}

void system_keep_freed_memory(int byte_count) {
  mallopt(M_MMAP_THRESHOLD, byte_count);
  mallopt(M_TRIM_THRESHOLD, byte_count);
  mallopt(M_TOP_PAD, (int)heap_step);
  // What one thread frees is there for all: threads come and go, and each arena would keep as much.
  mallopt(M_ARENA_MAX, 1);
  use_large_pages();
}

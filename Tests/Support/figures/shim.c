/* Preloaded into a program: kills it (SIGKILL) right before its n-th call that changes a file system.

   SHIM_KILL_AT     n, from 1; 0 or unset only counts
   SHIM_TORN        1: a write that is hit does its first half before
                    2: a link that is hit leaves half of the file under its new name, as no file system does: with this
                       planted fault whoever watches the kills must find damage
   SHIM_COUNT_FILE  after the end: "<number of calls seen> <name of the call that was hit>"

   Counted: open with O_CREAT or O_TRUNC, write, pwrite, writev, pwritev, fsync, fdatasync, rename, link, symlink,
   unlink, rmdir, mkdir, truncate, fallocate, copy_file_range, chmod, utimens, and FICLONE; nothing on descriptors 0 to 2. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct tally {
  _Atomic uint64_t count;
  char hit[32];
};

static struct tally fallback;
static struct tally *tally = &fallback;
static uint64_t kill_at;
static int torn;

__attribute__((constructor)) static void start(void) {
  const char *at = getenv("SHIM_KILL_AT"), *half = getenv("SHIM_TORN"), *file = getenv("SHIM_COUNT_FILE");
  kill_at = at ? strtoull(at, NULL, 10) : 0;
  torn = half ? half[0] - '0' : 0;
  if (!file) return;
  int descriptor = (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC, 0);
  void *page = descriptor < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (page != MAP_FAILED) tally = page;
  if (descriptor >= 0) close(descriptor);
}

/* Whether this call is the one. */
static int is_hit(const char *name) {
  uint64_t number = atomic_fetch_add(&tally->count, 1) + 1;
  if (number != kill_at) return 0;
  strncpy(tally->hit, name, sizeof tally->hit - 1);
  return 1;
}

static void die(void) {
  for (;;) kill(getpid(), SIGKILL);
}

static void passing(const char *name) {
  if (is_hit(name)) die();
}

#define REAL(result, name, ...) \
  static result (*real)(__VA_ARGS__); \
  if (!real) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

#define PLAIN(result, name, parameters, arguments, ...) \
  result name parameters { \
    REAL(result, name, __VA_ARGS__); \
    passing(#name); \
    return real arguments; \
  }

#define ON_FILE(result, name, parameters, arguments, ...) \
  result name parameters { \
    REAL(result, name, __VA_ARGS__); \
    if (file > 2) passing(#name); \
    return real arguments; \
  }

#define WRITE(name, parameters, half, whole, ...) \
  ssize_t name parameters { \
    REAL(ssize_t, name, __VA_ARGS__); \
    if (file > 2 && is_hit(#name)) { \
      if (torn == 1) (void)!real half; \
      die(); \
    } \
    return real whole; \
  }

#define OPEN(name, parameters, arguments, ...) \
  int name parameters { \
    REAL(int, name, __VA_ARGS__, ...); \
    mode_t mode = 0; \
    if (flags & (O_CREAT | __O_TMPFILE)) { \
      va_list rest; \
      va_start(rest, flags); \
      mode = va_arg(rest, mode_t); \
      va_end(rest); \
    } \
    if (flags & (O_CREAT | O_TRUNC)) passing(#name); \
    return real arguments; \
  }

OPEN(open, (const char *path, int flags, ...), (path, flags, mode), const char *, int)
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode), const char *, int)
OPEN(openat, (int folder, const char *path, int flags, ...), (folder, path, flags, mode), int, const char *, int)
OPEN(openat64, (int folder, const char *path, int flags, ...), (folder, path, flags, mode), int, const char *, int)

WRITE(write, (int file, const void *bytes, size_t count), (file, bytes, count / 2), (file, bytes, count), int,
      const void *, size_t)
WRITE(pwrite, (int file, const void *bytes, size_t count, off_t at), (file, bytes, count / 2, at),
      (file, bytes, count, at), int, const void *, size_t, off_t)
WRITE(pwrite64, (int file, const void *bytes, size_t count, off64_t at), (file, bytes, count / 2, at),
      (file, bytes, count, at), int, const void *, size_t, off64_t)
WRITE(writev, (int file, const struct iovec *parts, int count), (file, parts, count / 2), (file, parts, count), int,
      const struct iovec *, int)
WRITE(pwritev, (int file, const struct iovec *parts, int count, off_t at), (file, parts, count / 2, at),
      (file, parts, count, at), int, const struct iovec *, int, off_t)

ON_FILE(int, fsync, (int file), (file), int)
ON_FILE(int, fdatasync, (int file), (file), int)
ON_FILE(int, ftruncate, (int file, off_t count), (file, count), int, off_t)
ON_FILE(int, ftruncate64, (int file, off64_t count), (file, count), int, off64_t)
ON_FILE(int, fallocate, (int file, int mode, off_t at, off_t count), (file, mode, at, count), int, int, off_t, off_t)
ON_FILE(int, fallocate64, (int file, int mode, off64_t at, off64_t count), (file, mode, at, count), int, int, off64_t,
        off64_t)
ON_FILE(int, fchmod, (int file, mode_t mode), (file, mode), int, mode_t)
ON_FILE(int, futimens, (int file, const struct timespec times[2]), (file, times), int, const struct timespec *)

PLAIN(int, truncate, (const char *path, off_t count), (path, count), const char *, off_t)
PLAIN(int, rename, (const char *from, const char *to), (from, to), const char *, const char *)
PLAIN(int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to), int, const char *, int,
      const char *)
PLAIN(int, renameat2, (int a, const char *from, int b, const char *to, unsigned flags), (a, from, b, to, flags), int,
      const char *, int, const char *, unsigned)
PLAIN(int, link, (const char *from, const char *to), (from, to), const char *, const char *)
PLAIN(int, symlink, (const char *to, const char *path), (to, path), const char *, const char *)
PLAIN(int, symlinkat, (const char *to, int folder, const char *path), (to, folder, path), const char *, int,
      const char *)
PLAIN(int, unlink, (const char *path), (path), const char *)
PLAIN(int, unlinkat, (int folder, const char *path, int flags), (folder, path, flags), int, const char *, int)
PLAIN(int, rmdir, (const char *path), (path), const char *)
PLAIN(int, mkdir, (const char *path, mode_t mode), (path, mode), const char *, mode_t)
PLAIN(int, mkdirat, (int folder, const char *path, mode_t mode), (folder, path, mode), int, const char *, mode_t)
PLAIN(int, chmod, (const char *path, mode_t mode), (path, mode), const char *, mode_t)
PLAIN(int, fchmodat, (int folder, const char *path, mode_t mode, int flags), (folder, path, mode, flags), int,
      const char *, mode_t, int)
PLAIN(int, utimensat, (int folder, const char *path, const struct timespec times[2], int flags),
      (folder, path, times, flags), int, const char *, const struct timespec *, int)
PLAIN(ssize_t, copy_file_range, (int a, off64_t *from, int b, off64_t *to, size_t count, unsigned flags),
      (a, from, b, to, count, flags), int, off64_t *, int, off64_t *, size_t, unsigned)

static void link_half(int a, const char *from, int b, const char *to) {
  static char bytes[1 << 20];
  int source = openat(a, from, O_RDONLY), target = openat(b, to, O_CREAT | O_EXCL | O_WRONLY, 0644);
  ssize_t count = source < 0 ? 0 : read(source, bytes, sizeof bytes);
  if (target >= 0 && count > 0) (void)!write(target, bytes, (size_t)count / 2);
}

int linkat(int a, const char *from, int b, const char *to, int flags) {
  REAL(int, linkat, int, const char *, int, const char *, int);
  if (is_hit("linkat")) {
    if (torn == 2) link_half(a, from, b, to);
    die();
  }
  return real(a, from, b, to, flags);
}

int ioctl(int file, unsigned long request, ...) {
  static int (*real)(int, unsigned long, ...);
  if (!real) real = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
  va_list rest;
  va_start(rest, request);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  if (request == 0x40049409 /* FICLONE */) passing("ficlone");
  return real(file, request, argument);
}

static int is_mutating(long number, long const *arguments) {
  switch (number) {
#ifdef SYS_openat2
  case SYS_openat2: return (*(const uint64_t *)arguments[2] & (O_CREAT | O_TRUNC)) != 0;
#endif
  case SYS_openat: return (arguments[2] & (O_CREAT | O_TRUNC)) != 0;
  case SYS_renameat2: case SYS_linkat: case SYS_unlinkat: case SYS_mkdirat: case SYS_copy_file_range: return 1;
  default: return 0;
  }
}

/* Calls the library has no function for. */
long syscall(long number, ...) {
  static long (*real)(long, ...);
  if (!real) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  long arguments[6];
  va_list rest;
  va_start(rest, number);
  for (int index = 0; index < 6; index++) arguments[index] = va_arg(rest, long);
  va_end(rest);
  if (is_mutating(number, arguments)) passing(number == SYS_renameat2 ? "renameat2" : "openat2");
  return real(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}

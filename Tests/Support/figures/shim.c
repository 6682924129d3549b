/* Preloaded into a program: numbers its calls on files, and at the n-th one does what it is told.

   SHIM_AT          n, from 1; 0 or unset only counts
   SHIM_DO          kill     SIGKILL right before the call (the default)
                    torn     SIGKILL in the middle of a write
                    cut      the power of SHIM_DISK fails right before the call: nothing reaches it any more
                    stop     SIGSTOP right before the call
                    fail     the call is not made and fails with SHIM_ERRNO
                    short    a write or read moves half of its bytes, and says so
                    flip     a read gives one wrong bit
                    swallow  the call is not made and reported as done
                    halve    a write moves half of its bytes and is reported as whole
   SHIM_ERRNO       a number; ENOSPC and EDQUOT meet only calls that may need room
   SHIM_EVER        1: the same for each later call; EINTR each second time, as signals come
   SHIM_WATCH       letters: c calls that change something (the default), r that read, l close
   SHIM_ONLY        only calls of this name are numbered
   SHIM_UNDER       only calls on files below this absolute path are numbered; nothing on descriptors 0 to 2 ever is
   SHIM_PLANT       a bug that is planted, so that whoever watches can be watched:
                    half-link      a link that is hit leaves half of the file under its new name
                    torn-exchange  an exchange that is hit has moved one of the two away
                    late-pack      a head that is hit appears, the packs linked since the start do not
                    overwrite      a link replaces what is there
                    follow         no open refuses symbolic links
                    retry-sync     an fsync that failed is called again, and believed
   SHIM_DISK        the mount point of that disk; only root can
   SHIM_FLUSH       1: its journal is written before the power fails
   SHIM_TALLY       a file of 4,096 bytes, filled with `struct tally`
   SHIM_RECORD      see record.h */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "record.h"

struct tally {
  _Atomic uint64_t count;     /* calls numbered */
  _Atomic uint64_t hits;      /* calls met */
  _Atomic uint64_t resynced;  /* fsync of a file whose fsync had failed */
  char hit[32];               /* the first call met */
  char path[512];             /* and its file */
};

enum { CHANGES = 1, READS = 2, CLOSES = 4, NEEDS_ROOM = 8, MOVES_BYTES = 16 };
enum action { PASS, FAIL, SHORT, FLIP, SWALLOW, HALVE, KILL, TORN, CUT, STOP };

static struct tally fallback;
static struct tally *tally = &fallback;
static uint64_t hit_at;
static enum action action = KILL;
static int code, ever, watch = CHANGES;
static const char *only, *under, *disk;
static int flushes;
static int plants_half_link, plants_torn_exchange, plants_late_pack, plants_overwrite, plants_follow, plants_retry_sync;
static __thread int inside;

static const char *word(const char *name) {
  const char *value = getenv(name);
  return value && *value ? value : NULL;
}

static void read_action(const char *told) {
  static const char *const names[] = {
    [FAIL] = "fail", [SHORT] = "short", [FLIP] = "flip", [SWALLOW] = "swallow", [HALVE] = "halve", [KILL] = "kill",
    [TORN] = "torn", [CUT] = "cut", [STOP] = "stop",
  };
  for (enum action each = FAIL; each <= STOP; each++)
    if (strcmp(told, names[each]) == 0) action = each;
}

static void read_plant(const char *told) {
  plants_half_link = strcmp(told, "half-link") == 0;
  plants_torn_exchange = strcmp(told, "torn-exchange") == 0;
  plants_late_pack = strcmp(told, "late-pack") == 0;
  plants_overwrite = strcmp(told, "overwrite") == 0;
  plants_follow = strcmp(told, "follow") == 0;
  plants_retry_sync = strcmp(told, "retry-sync") == 0;
}

__attribute__((constructor)) static void start(void) {
  const char *at = word("SHIM_AT"), *number = word("SHIM_ERRNO"), *letters = word("SHIM_WATCH");
  const char *told = word("SHIM_DO"), *plant = word("SHIM_PLANT"), *file = word("SHIM_TALLY");
  hit_at = at ? strtoull(at, NULL, 10) : 0;
  code = number ? atoi(number) : EIO;
  ever = word("SHIM_EVER") != NULL;
  only = word("SHIM_ONLY");
  under = word("SHIM_UNDER");
  if (letters) watch = (strchr(letters, 'c') ? CHANGES : 0) | (strchr(letters, 'r') ? READS : 0)
    | (strchr(letters, 'l') ? CLOSES : 0);
  if (told) read_action(told);
  disk = word("SHIM_DISK");
  flushes = word("SHIM_FLUSH") != NULL;
  if (word("SHIM_RECORD")) record_start(word("SHIM_RECORD"));
  if (plant) read_plant(plant);
  if (!file) return;
  int descriptor = (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC, 0);
  void *page = descriptor < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (page != MAP_FAILED) tally = page;
  if (descriptor >= 0) close(descriptor);
}

static int is_wanted(const char *name, int kind, const char *path) {
  if (only && strcmp(only, name) != 0) return 0;
  if (action == FAIL && (code == ENOSPC || code == EDQUOT) && !(kind & NEEDS_ROOM)) return 0;
  if ((action == SHORT || action == HALVE || action == TORN) && !(kind & MOVES_BYTES)) return 0;
  if (action == FLIP && (kind & (READS | MOVES_BYTES)) != (READS | MOVES_BYTES)) return 0;
  return !under || strncmp(path, under, strlen(under)) == 0;
}

static int is_met(uint64_t number) {
  if (hit_at == 0 || number < hit_at) return 0;
  if (!ever) return number == hit_at;
  return code != EINTR || (number - hit_at) % 2 == 0;
}

/* What happens to this call. */
static enum action meet(const char *name, int kind, int folder, const char *path) {
  if (inside || !(watch & kind)) return PASS;
  int saved = errno;
  inside = 1;
  char found[4352] = "";
  locate(folder, path, found, sizeof found);
  enum action decided = PASS;
  if (is_wanted(name, kind, found) && is_met(atomic_fetch_add(&tally->count, 1) + 1)) {
    decided = action;
    if (atomic_fetch_add(&tally->hits, 1) == 0) {
      strncpy(tally->hit, name, sizeof tally->hit - 1);
      snprintf(tally->path, sizeof tally->path, "%.510s", found);
    }
  }
  inside = 0;
  errno = decided == FAIL ? code : saved;
  return decided;
}

static void die(void) {
  for (;;) kill(getpid(), SIGKILL);
}

static void cut_power(void) {
  uint32_t how = flushes ? 1 : 2;  /* EXT4_GOING_FLAGS_LOGFLUSH, …_NOLOGFLUSH */
  int root = disk ? (int)syscall(SYS_openat, AT_FDCWD, disk, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0) : -1;
  if (root < 0 || syscall(SYS_ioctl, root, _IOR('X', 125, uint32_t), &how) != 0) abort();
  die();
}

/* For calls that are made or not: gives whether this one is not, and in `*result` what it returns then. */
static int instead(enum action decided, ssize_t *result) {
  switch (decided) {
  case KILL: case TORN: die(); return 1;
  case CUT: cut_power(); return 1;
  case STOP:
    prctl(PR_SET_PDEATHSIG, SIGKILL);  /* or it would wait for ever when the one who watches it is killed */
    kill(getpid(), SIGSTOP);
    return 0;
  case FAIL: *result = -1; return 1;
  case SWALLOW: *result = 0; return 1;
  default: return 0;
  }
}

#define REAL(result, name, ...) \
  static result (*real)(__VA_ARGS__); \
  if (!real) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

/* A call on `path` in `folder`, or on the descriptor `folder` when `path` is NULL. */
#define CALL(result, name, kind, folder, path, note, parameters, arguments, ...) \
  result name parameters { \
    REAL(result, name, __VA_ARGS__); \
    ssize_t other; \
    if (instead(meet(#name, kind, folder, path), &other)) return (result)other; \
    int is_on = inside ? 0 : record_begin(); \
    result done = real arguments; \
    if (is_on && done >= 0) note; \
    record_end(is_on); \
    return done; \
  }

#define ON_FILE(name, kind, note, parameters, arguments, ...) \
  int name parameters { \
    REAL(int, name, __VA_ARGS__); \
    ssize_t other; \
    if (file > 2 && instead(meet(#name, kind, file, NULL), &other)) return (int)other; \
    int is_on = inside || file < 3 ? 0 : record_begin(); \
    int done = real arguments; \
    if (is_on && done == 0) note; \
    record_end(is_on); \
    return done; \
  }

#define WRITE(name, note, parameters, some, whole, all, ...) \
  ssize_t name parameters { \
    REAL(ssize_t, name, __VA_ARGS__); \
    enum action decided = file > 2 ? meet(#name, CHANGES | NEEDS_ROOM | MOVES_BYTES, file, NULL) : PASS; \
    if (decided == TORN) (void)!real some; \
    if (decided == SHORT) return real some; \
    if (decided == HALVE) return real some < 0 ? -1 : (ssize_t)(all); \
    if (decided == SWALLOW) return (ssize_t)(all); \
    ssize_t other; \
    if (instead(decided, &other)) return other; \
    int is_on = inside || file < 3 ? 0 : record_begin(); \
    ssize_t done = real whole; \
    if (is_on && done > 0) note; \
    record_end(is_on); \
    return done; \
  }

#define READ(name, parameters, some, whole, bytes, ...) \
  ssize_t name parameters { \
    REAL(ssize_t, name, __VA_ARGS__); \
    enum action decided = file > 2 ? meet(#name, READS | MOVES_BYTES, file, NULL) : PASS; \
    if (decided == SHORT) return real some; \
    ssize_t other; \
    if (instead(decided, &other)) return other; \
    ssize_t moved = real whole; \
    if (decided == FLIP && moved > 0) ((unsigned char *)bytes)[moved / 2] ^= 4; \
    return moved; \
  }

/* At least one byte, or a short call would be the end of the file. */
#define HALF(count) ((count) - (count) / 2)

#define OPEN(name, folder, parameters, arguments, ...) \
  int name parameters { \
    REAL(int, name, __VA_ARGS__, ...); \
    mode_t mode = 0; \
    if (flags & (O_CREAT | __O_TMPFILE)) { \
      va_list rest; \
      va_start(rest, flags); \
      mode = va_arg(rest, mode_t); \
      va_end(rest); \
    } \
    int kind = flags & (O_CREAT | O_TRUNC) ? CHANGES | NEEDS_ROOM : READS; \
    ssize_t other; \
    enum action decided = meet(#name, kind, folder, path); \
    if (decided == SWALLOW) decided = PASS; \
    if (instead(decided, &other)) return (int)other; \
    int is_on = !(kind & CHANGES) || inside ? 0 : record_begin(); \
    int opened = real arguments; \
    if (is_on && opened >= 0) note_open(opened, flags); \
    record_end(is_on); \
    return opened; \
  }

OPEN(open, AT_FDCWD, (const char *path, int flags, ...), (path, flags, mode), const char *, int)
OPEN(open64, AT_FDCWD, (const char *path, int flags, ...), (path, flags, mode), const char *, int)
OPEN(openat, folder, (int folder, const char *path, int flags, ...), (folder, path, flags, mode), int, const char *,
     int)
OPEN(openat64, folder, (int folder, const char *path, int flags, ...), (folder, path, flags, mode), int, const char *,
     int)

WRITE(write, note_write(file, bytes, done, -1), (int file, const void *bytes, size_t count),
     (file, bytes, HALF(count)), (file, bytes, count), count, int, const void *, size_t)
WRITE(pwrite, note_write(file, bytes, done, at), (int file, const void *bytes, size_t count, off_t at),
     (file, bytes, HALF(count), at), (file, bytes, count, at), count, int, const void *, size_t, off_t)
WRITE(pwrite64, note_write(file, bytes, done, at), (int file, const void *bytes, size_t count, off64_t at),
     (file, bytes, HALF(count), at), (file, bytes, count, at), count, int, const void *, size_t, off64_t)

static ssize_t total(const struct iovec *parts, int count) {
  ssize_t sum = 0;
  for (int index = 0; index < count; index++) sum += (ssize_t)parts[index].iov_len;
  return sum;
}

WRITE(writev, note_parts(file, parts, done, -1), (int file, const struct iovec *parts, int count),
     (file, parts, HALF(count)), (file, parts, count), total(parts, count), int, const struct iovec *, int)
WRITE(pwritev, note_parts(file, parts, done, at), (int file, const struct iovec *parts, int count, off_t at),
     (file, parts, HALF(count), at), (file, parts, count, at), total(parts, count), int, const struct iovec *, int,
     off_t)

READ(read, (int file, void *bytes, size_t count), (file, bytes, HALF(count)), (file, bytes, count), bytes, int, void *,
     size_t)
READ(pread, (int file, void *bytes, size_t count, off_t at), (file, bytes, HALF(count), at), (file, bytes, count, at),
     bytes, int, void *, size_t, off_t)
READ(pread64, (int file, void *bytes, size_t count, off64_t at), (file, bytes, HALF(count), at),
     (file, bytes, count, at), bytes, int, void *, size_t, off64_t)

/* Files whose fsync failed. One that is synced again has a caller who believes a second answer. */
static struct { dev_t device; ino_t inode; } poisoned[256];
static _Atomic unsigned poisoned_count;

static void note_sync(int file, int has_failed) {
  struct stat found;
  int saved = errno;
  if (syscall(SYS_fstat, file, &found) == 0 && S_ISREG(found.st_mode)) {
    unsigned count = poisoned_count < 256 ? poisoned_count : 256;
    for (unsigned index = 0; index < count; index++)
      if (poisoned[index].device == found.st_dev && poisoned[index].inode == found.st_ino) tally->resynced++;
    if (has_failed && count < 256) {
      poisoned[count].device = found.st_dev;
      poisoned[count].inode = found.st_ino;
      poisoned_count = count + 1;
    }
  }
  errno = saved;
}

#define SYNC(name) \
  int name(int file) { \
    REAL(int, name, int); \
    enum action decided = file > 2 ? meet(#name, CHANGES | NEEDS_ROOM, file, NULL) : PASS; \
    if (poisoned_count > 0 || (decided == FAIL && code != EINTR)) note_sync(file, decided == FAIL); \
    if (decided == FAIL && plants_retry_sync) return note_sync(file, 0), real(file); \
    ssize_t other; \
    if (instead(decided, &other)) return (int)other; \
    int is_on = inside ? 0 : record_begin(); \
    int done = real(file); \
    if (is_on && done == 0) note_file(SYNCED, file, 0); \
    record_end(is_on); \
    return done; \
  }

SYNC(fsync)
SYNC(fdatasync)

ON_FILE(ftruncate, CHANGES | NEEDS_ROOM, note_file(TRUNCATED, file, (uint64_t)count), (int file, off_t count),
     (file, count), int, off_t)
ON_FILE(ftruncate64, CHANGES | NEEDS_ROOM, note_file(TRUNCATED, file, (uint64_t)count), (int file, off64_t count),
     (file, count), int, off64_t)
ON_FILE(fallocate, CHANGES | NEEDS_ROOM, note_allocation(file, (uint32_t)mode, (uint64_t)at, (uint64_t)count),
     (int file, int mode, off_t at, off_t count), (file, mode, at, count), int, int, off_t, off_t)
ON_FILE(fallocate64, CHANGES | NEEDS_ROOM, note_allocation(file, (uint32_t)mode, (uint64_t)at, (uint64_t)count),
     (int file, int mode, off64_t at, off64_t count), (file, mode, at, count), int, int, off64_t, off64_t)
// Without flags it does nothing but tell whether it is there: so RocksDB asks, and asserts that it does not fail.
int sync_file_range(int file, off64_t at, off64_t count, unsigned flags) {
  REAL(int, sync_file_range, int, off64_t, off64_t, unsigned);
  ssize_t other;
  int may_fail = file > 2 && flags != 0;
  if (may_fail && instead(meet("sync_file_range", CHANGES | NEEDS_ROOM, file, NULL), &other)) return (int)other;
  return real(file, at, count, flags);
}

ON_FILE(fchmod, CHANGES, note_file(CHANGED_MODE, file, mode), (int file, mode_t mode), (file, mode), int, mode_t)
ON_FILE(fchown, CHANGES, note_nothing(), (int file, uid_t user, gid_t group), (file, user, group), int, uid_t, gid_t)
ON_FILE(futimens, CHANGES, note_nothing(), (int file, const struct timespec times[2]), (file, times), int,
     const struct timespec *)
ON_FILE(fstat, READS, note_nothing(), (int file, struct stat *found), (file, found), int, struct stat *)
ON_FILE(fstat64, READS, note_nothing(), (int file, struct stat64 *found), (file, found), int, struct stat64 *)

CALL(int, truncate, CHANGES | NEEDS_ROOM, AT_FDCWD, path, note_path(UNKNOWN, AT_FDCWD, path, NULL, 0),
     (const char *path, off_t count), (path, count), const char *, off_t)
CALL(int, rename, CHANGES | NEEDS_ROOM, AT_FDCWD, to, note_rename(AT_FDCWD, from, AT_FDCWD, to, 0),
     (const char *from, const char *to), (from, to), const char *, const char *)
CALL(int, renameat, CHANGES | NEEDS_ROOM, b, to, note_rename(a, from, b, to, 0),
     (int a, const char *from, int b, const char *to), (a, from, b, to), int, const char *, int, const char *)
CALL(int, link, CHANGES | NEEDS_ROOM, AT_FDCWD, to, note_path(LINKED, AT_FDCWD, to, NULL, 0),
     (const char *from, const char *to), (from, to), const char *, const char *)
CALL(int, symlink, CHANGES | NEEDS_ROOM, AT_FDCWD, path, note_path(POINTED, AT_FDCWD, path, to, 0),
     (const char *to, const char *path), (to, path), const char *, const char *)
CALL(int, symlinkat, CHANGES | NEEDS_ROOM, folder, path, note_path(POINTED, folder, path, to, 0),
     (const char *to, int folder, const char *path), (to, folder, path), const char *, int, const char *)
CALL(int, unlink, CHANGES, AT_FDCWD, path, note_path(UNLINKED, AT_FDCWD, path, NULL, 0), (const char *path), (path),
     const char *)
CALL(int, unlinkat, CHANGES, folder, path, note_path(UNLINKED, folder, path, NULL, 0),
     (int folder, const char *path, int flags), (folder, path, flags), int, const char *, int)
CALL(int, rmdir, CHANGES, AT_FDCWD, path, note_path(UNLINKED, AT_FDCWD, path, NULL, 0), (const char *path), (path),
     const char *)
CALL(int, mkdir, CHANGES | NEEDS_ROOM, AT_FDCWD, path, note_path(MADE, AT_FDCWD, path, NULL, 0),
     (const char *path, mode_t mode), (path, mode), const char *, mode_t)
CALL(int, mkdirat, CHANGES | NEEDS_ROOM, folder, path, note_path(MADE, folder, path, NULL, 0),
     (int folder, const char *path, mode_t mode), (folder, path, mode), int, const char *, mode_t)
CALL(int, chmod, CHANGES, AT_FDCWD, path, note_mode(AT_FDCWD, path, mode), (const char *path, mode_t mode),
     (path, mode), const char *, mode_t)
CALL(int, fchmodat, CHANGES, folder, path, note_mode(folder, path, mode),
     (int folder, const char *path, mode_t mode, int flags), (folder, path, mode, flags), int, const char *, mode_t,
     int)
CALL(int, fchownat, CHANGES, folder, path, note_nothing(),
     (int folder, const char *path, uid_t user, gid_t group, int flags), (folder, path, user, group, flags), int,
     const char *, uid_t, gid_t, int)
CALL(int, utimensat, CHANGES, folder, path, note_nothing(),
     (int folder, const char *path, const struct timespec times[2], int flags), (folder, path, times, flags), int,
     const char *, const struct timespec *, int)
CALL(ssize_t, copy_file_range, CHANGES | NEEDS_ROOM, b, NULL, note_path(UNKNOWN, b, NULL, NULL, 0),
     (int a, off64_t *from, int b, off64_t *to, size_t count, unsigned flags), (a, from, b, to, count, flags), int,
     off64_t *, int, off64_t *, size_t, unsigned)
CALL(ssize_t, getdents64, READS, file, NULL, note_nothing(), (int file, void *buffer, size_t count),
     (file, buffer, count), int, void *, size_t)
CALL(ssize_t, readlinkat, READS, folder, path, note_nothing(),
     (int folder, const char *path, char *buffer, size_t count), (folder, path, buffer, count), int, const char *,
     char *, size_t)
CALL(int, fstatat, READS, folder, path, note_nothing(), (int folder, const char *path, struct stat *found, int flags),
     (folder, path, found, flags), int, const char *, struct stat *, int)
CALL(int, fstatat64, READS, folder, path, note_nothing(),
     (int folder, const char *path, struct stat64 *found, int flags), (folder, path, found, flags), int, const char *,
     struct stat64 *, int)

/* A descriptor that failed to close is closed all the same, as on Linux. */
int close(int file) {
  REAL(int, close, int);
  enum action decided = file > 2 ? meet("close", CLOSES, file, NULL) : PASS;
  if (decided == KILL) die();
  int result = real(file);
  if (decided != FAIL) return result;
  errno = code;
  return -1;
}

int renameat2(int a, const char *from, int b, const char *to, unsigned flags) {
  REAL(int, renameat2, int, const char *, int, const char *, unsigned);
  enum action decided = meet("renameat2", CHANGES | NEEDS_ROOM, b, to);
  if (decided == KILL && plants_torn_exchange && flags == RENAME_EXCHANGE) (void)!real(b, to, b, "planted", 0);
  ssize_t other;
  if (instead(decided, &other)) return (int)other;
  int is_on = inside ? 0 : record_begin();
  int done = real(a, from, b, to, flags);
  if (is_on && done == 0) note_rename(a, from, b, to, flags);
  record_end(is_on);
  return done;
}

static void link_half(int a, const char *from, int b, const char *to) {
  static char bytes[1 << 20];
  int source = openat(a, from, O_RDONLY), target = openat(b, to, O_CREAT | O_EXCL | O_WRONLY, 0644);
  ssize_t count = source < 0 ? 0 : read(source, bytes, sizeof bytes);
  if (target >= 0 && count > 0) (void)!write(target, bytes, (size_t)count / 2);
}

/* Packs, of which nobody asks before the head is there. */
static int is_late(int folder, const char *name) {
  char found[4352];
  locate(folder, name, found, sizeof found);
  return strstr(found, "/packs/") != NULL;
}

int linkat(int a, const char *from, int b, const char *to, int flags) {
  REAL(int, linkat, int, const char *, int, const char *, int);
  if (plants_late_pack && is_late(b, to)) return 0;
  enum action decided = meet("linkat", CHANGES | NEEDS_ROOM, b, to);
  if (decided == KILL && plants_half_link) inside = 1, link_half(a, from, b, to);
  if (decided == KILL && plants_late_pack) (void)!real(a, from, b, to, flags);
  ssize_t other;
  if (instead(decided, &other)) return (int)other;
  int is_on = inside ? 0 : record_begin();
  int result = real(a, from, b, to, flags);
  if (is_on && result == 0) note_path(LINKED, b, to, NULL, 0);
  record_end(is_on);
  if (result == 0 || errno != EEXIST || !plants_overwrite) return result;
  inside = 1;
  (void)!unlinkat(b, to, 0);
  inside = 0;
  return real(a, from, b, to, flags);
}

int ioctl(int file, unsigned long request, ...) {
  static int (*real)(int, unsigned long, ...);
  if (!real) real = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
  va_list rest;
  va_start(rest, request);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  ssize_t other;
  int is_clone = request == 0x40049409;  /* FICLONE */
  if (is_clone && instead(meet("ficlone", CHANGES | NEEDS_ROOM, file, NULL), &other)) return (int)other;
  int is_on = is_clone ? record_begin() : 0;
  int done = real(file, request, argument);
  if (is_on && done == 0) note_path(UNKNOWN, file, NULL, NULL, 0);
  record_end(is_on);
  return done;
}

static uint64_t open_flags(long number, long const *arguments) {
#ifdef SYS_openat2
  if (number == SYS_openat2) return *(const uint64_t *)arguments[2];
#endif
  return number == SYS_openat ? (uint64_t)arguments[2] : 0;
}

static int kind_of(long number, long const *arguments) {
  switch (number) {
#ifdef SYS_openat2
  case SYS_openat2: break;
#endif
  case SYS_openat: break;
  case SYS_renameat2: case SYS_linkat: case SYS_unlinkat: case SYS_mkdirat: return CHANGES | NEEDS_ROOM;
  case SYS_copy_file_range: return CHANGES | NEEDS_ROOM;
  default: return 0;
  }
  return open_flags(number, arguments) & (O_CREAT | O_TRUNC) ? CHANGES | NEEDS_ROOM : READS;
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
  int kind = inside ? 0 : kind_of(number, arguments);
  int is_open = number == SYS_openat || number == SYS_openat2;
  if (kind) {
    enum action decided = meet(is_open ? "openat2" : "syscall", kind, (int)arguments[0],
                               is_open ? (const char *)arguments[1] : NULL);
    ssize_t other;
    if (is_open && decided == SWALLOW) decided = PASS;
    if (instead(decided, &other)) return other;
  }
#ifdef SYS_openat2
  if (plants_follow && number == SYS_openat2) {
    uint64_t *how = (uint64_t *)arguments[2];
    how[2] = 0;
  }
#endif
  int is_on = kind & CHANGES ? record_begin() : 0;
  long done = real(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
  if (is_on && done >= 0 && is_open) note_open((int)done, open_flags(number, arguments));
  if (is_on && done >= 0 && !is_open) note_path(UNKNOWN, AT_FDCWD, "a call by its number", NULL, 0);
  record_end(is_on);
  return done;
}

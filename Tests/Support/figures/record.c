#define _GNU_SOURCE
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int output = -1;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

void record_start(const char *file) {
  int opened = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_APPEND | O_CLOEXEC, 0);
  if (opened < 0) return;
  output = fcntl(opened, F_DUPFD_CLOEXEC, 900);  /* out of the way of the program's own */
  syscall(SYS_close, opened);
}

int record_begin(void) {
  if (output < 0) return 0;
  pthread_mutex_lock(&turn);
  return 1;
}

void record_end(int is_on) {
  if (is_on) pthread_mutex_unlock(&turn);
}

static struct stat status_of(int folder, const char *path, int flags) {
  struct stat found = {0};
  syscall(SYS_newfstatat, folder, path, &found, flags);
  return found;
}

static uint64_t inode_of(int folder, const char *path, int flags) { return status_of(folder, path, flags).st_ino; }

static void append(struct event event, const char *path, const char *to, const void *data) {
  int saved = errno;
  event.path_count = path ? (uint32_t)strlen(path) : 0;
  event.to_count = to ? (uint32_t)strlen(to) : 0;
  struct iovec parts[] = {
    {&event, sizeof event}, {(void *)path, event.path_count}, {(void *)to, event.to_count},
    {(void *)data, event.data_count},
  };
  syscall(SYS_writev, output, parts, 4);
  errno = saved;
}

/* The absolute path of `path` in `folder`, or of the descriptor itself. */
void locate(int folder, const char *path, char *found, size_t count) {
  size_t length = 0;
  if (path && *path == '/') folder = AT_FDCWD;
  if (folder != AT_FDCWD) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t read = readlink(link, found, count - 1);
    length = read < 0 ? 0 : (size_t)read;
  }
  found[length] = 0;
  if (path) snprintf(found + length, count - length, "%s%s", length ? "/" : "", path);
}

void note_nothing(void) {}

void note_path(enum event_kind kind, int folder, const char *path, const char *to, uint64_t at) {
  char found[4352];
  locate(folder, path, found, sizeof found);
  struct stat status = status_of(AT_FDCWD, found, AT_SYMLINK_NOFOLLOW);
  append((struct event){.kind = kind, .inode = status.st_ino, .at = at, .count = status.st_mode}, found, to, NULL);
}

void note_rename(int a, const char *from, int b, const char *to, uint64_t flags) {
  char found[4352];
  locate(b, to, found, sizeof found);
  note_path(RENAMED, a, from, found, flags);
}

void note_file(enum event_kind kind, int file, uint64_t at) {
  append((struct event){.kind = kind, .inode = inode_of(file, "", AT_EMPTY_PATH), .at = at}, NULL, NULL, NULL);
}

void note_allocation(int file, uint32_t mode, uint64_t at, uint64_t count) {
  struct event event = {
    .kind = ALLOCATED, .data_count = sizeof mode, .inode = inode_of(file, "", AT_EMPTY_PATH), .at = at, .count = count};
  append(event, NULL, NULL, &mode);
}

/* `at` < 0: the bytes end where the file's offset is now. */
void note_write(int file, const void *bytes, ssize_t count, off64_t at) {
  if (at < 0) at = syscall(SYS_lseek, file, 0, SEEK_CUR) - count;
  struct event event = {
    .kind = WROTE, .data_count = (uint32_t)count, .inode = inode_of(file, "", AT_EMPTY_PATH), .at = (uint64_t)at};
  append(event, NULL, NULL, bytes);
}

void note_parts(int file, const struct iovec *parts, ssize_t count, off64_t at) {
  if (at < 0) at = syscall(SYS_lseek, file, 0, SEEK_CUR) - count;
  for (; count > 0; parts++) {
    ssize_t some = (ssize_t)parts->iov_len < count ? (ssize_t)parts->iov_len : count;
    note_write(file, parts->iov_base, some, at);
    count -= some;
    at += some;
  }
}

void note_mode(int folder, const char *path, uint64_t mode) {
  char found[4352];
  locate(folder, path, found, sizeof found);
  struct stat status = status_of(AT_FDCWD, found, AT_SYMLINK_NOFOLLOW);
  append((struct event){.kind = CHANGED_MODE, .inode = status.st_ino, .at = mode}, NULL, NULL, NULL);
}

/* By the name it has now, so that one without any is seen as what it is. */
void note_open(int file, uint64_t flags) {
  char found[4352];
  locate(file, NULL, found, sizeof found);
  struct stat status = status_of(file, "", AT_EMPTY_PATH);
  struct event event = {
    .kind = OPENED, .inode = status.st_ino, .at = (flags & O_TRUNC) != 0, .count = status.st_mode};
  append(event, found, NULL, NULL);
}

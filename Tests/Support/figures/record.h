/* A log of what a program changes on its files, call after call, for whoever replays it to a power cut: crashes.py.

   SHIM_RECORD      a file that is there; each successful call is appended as a `struct event` and its bytes
   A call and its event are one step: with several threads the log is an order in which things can have happened. */
#ifndef RECORD_H
#define RECORD_H
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

enum event_kind {
  OPENED = 1,   /* path, inode; count: its mode, at: whether it was truncated. New, unless the path had this inode */
  WROTE,        /* inode, at, data */
  TRUNCATED,    /* inode, at: the size */
  ALLOCATED,    /* inode, at, count, data: the mode as a u32 */
  SYNCED,       /* inode */
  LINKED,       /* path, inode */
  UNLINKED,     /* path */
  RENAMED,      /* path, to; at: the flags */
  MADE,         /* path, inode; count: the mode. A directory */
  POINTED,      /* path, inode, to: a symbolic link's target */
  CHANGED_MODE, /* inode, at: the mode */
  UNKNOWN       /* path: a call whose effect is not recorded */
};

struct event {
  uint32_t kind, path_count, to_count, data_count;
  uint64_t inode, at, count;
};

void record_start(const char *file);
int record_begin(void);           /* takes the log; 0: nobody records */
void record_end(int is_on);       /* gives it back, and leaves errno as it was */

/* The absolute path of `path` in `folder`, or of the descriptor itself. */
void locate(int folder, const char *path, char *found, size_t count);

/* What is told about a call that succeeded, between `begin` and `end`. */
void note_nothing(void);
void note_open(int file, uint64_t flags);
void note_path(enum event_kind kind, int folder, const char *path, const char *to, uint64_t at);
void note_rename(int a, const char *from, int b, const char *to, uint64_t flags);
void note_file(enum event_kind kind, int file, uint64_t at);
void note_allocation(int file, uint32_t mode, uint64_t at, uint64_t count);
void note_write(int file, const void *bytes, ssize_t count, off64_t at);
void note_parts(int file, const struct iovec *parts, ssize_t count, off64_t at);
void note_mode(int folder, const char *path, uint64_t mode);
#endif

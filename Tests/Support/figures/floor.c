/* floor FOLDER V1 V2 …: the least CPU that what `speed` bounds takes on this machine, in one thread, without manifest,
   catalog, or the start of a process. FOLDER is for what is written.

   Prints lines "job phase seconds". Each job does what a store that trusts nothing has to do, and no more:
     first     v1 is read, hashed in chunks of 64 KiB, compressed in frames of 256 KiB as snapctl does, written, synced;
               `check` is to decode and compare what was compressed, before anybody trusts it
     creates   v2 …: read, hashed; what differs is patched (zstd level 2, groups of 1 MiB) or compressed; `base-store` is
               what it costs to have the changed chunks of the version before from frames, hashed; `base-file` what it
               costs to read them from a file, which an application has long overwritten; `check` as above
     restore   the frames of v1 are decoded, hashed, written to new files, synced
     patches   a copy of v1 becomes v2 …: base chunks are read, patched, hashed, pages of 4 KiB written, synced
     patch1    the same, of v2 alone
     local     the newest version is read and hashed */
#define _GNU_SOURCE
#define ZSTD_STATIC_LINKING_ONLY
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#include "kernels.h"

enum { CHUNK = 65536, FRAME = 4 * CHUNK, PIECE = 16 * CHUNK, FILES = 4096, ID = 32, PAGE = 4096 };

struct frame { uint8_t *bytes; size_t count, raw; int form; };
struct file { char name[512]; size_t size; uint8_t *ids; struct frame *frames; };
struct version { const char *path; struct file files[FILES]; int count; };
/* What a chunk becomes: runs of (offset, count) whose literals follow each other; or, without runs, all of it. */
struct patch { int file; size_t offset, count, run_count; uint32_t *runs; uint8_t *literals; };

static const char *job;
static struct { const char *job, *phase; double seconds; } spent[64];

static double cpu(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void add(const char *phase, double since) {
  const double seconds = cpu() - since;
  int i = 0;
  if (!job) return;
  while (spent[i].job && (strcmp(spent[i].job, job) || strcmp(spent[i].phase, phase))) i++;
  spent[i].job = job, spent[i].phase = phase, spent[i].seconds += seconds;
}
#define TIMED(phase, ...) do { const double since = cpu(); __VA_ARGS__; add(phase, since); } while (0)

static void must(int fine, const char *what) {
  if (!fine) perror(what), exit(1);
}

static struct version *listing;

static int visit(const char *path, const struct stat *status, int kind, struct FTW *at) {
  (void)at;
  if (kind != FTW_F || strstr(path, "/.snapctl/")) return 0;
  must(listing->count < FILES, "files");
  struct file *file = &listing->files[listing->count++];
  snprintf(file->name, sizeof file->name, "%s", path + strlen(listing->path));
  file->size = (size_t)status->st_size;
  file->ids = malloc((file->size / CHUNK + 1) * ID);
  file->frames = calloc(file->size / FRAME + 1, sizeof *file->frames);
  return 0;
}

static int open_file(const char *folder, const char *name, int flags) {
  char path[1024];
  snprintf(path, sizeof path, "%s%s", folder, name);
  for (char *slash = path + strlen(folder) + 1; (flags & O_CREAT) && (slash = strchr(slash, '/')); slash++)
    *slash = 0, mkdir(path, 0700), *slash = '/';
  const int file = open(path, flags, 0600);
  must(file >= 0, path);
  return file;
}

static void hash(const uint8_t *bytes, size_t count, uint8_t *ids) {
  const void *messages[PIECE / CHUNK];
  size_t counts[PIECE / CHUNK], n = 0;
  for (size_t at = 0; at < count; at += CHUNK, n++)
    messages[n] = bytes + at, counts[n] = count - at < CHUNK ? count - at : CHUNK;
  kernel_sha256_many(messages, counts, n, ids);
}

static int looks_like_floats(const uint8_t *bytes, size_t count) {
  uint8_t second[256] = {0}, top[256] = {0};
  int seconds = 0, tops = 0;
  if (count < 8192) return 0;
  for (size_t i = 0; i < 8192; i += 4) second[bytes[i + 1]] = top[bytes[i + 3]] = 1;
  for (int i = 0; i < 256; i++) seconds += second[i], tops += top[i];
  return tops * 4 < seconds;
}

static ZSTD_CCtx *compressor;
static ZSTD_DCtx *decompressor;

static size_t squeeze(const uint8_t *bytes, size_t count, int level, uint8_t *output) {
  ZSTD_CCtx_reset(compressor, ZSTD_reset_session_and_parameters);
  ZSTD_CCtx_setParameter(compressor, ZSTD_c_compressionLevel, level);
  if (level < 0) ZSTD_CCtx_setParameter(compressor, ZSTD_c_literalCompressionMode, 1);
  const size_t found = ZSTD_compress2(compressor, output, ZSTD_compressBound(count), bytes, count);
  must(!ZSTD_isError(found), "zstd");
  return found;
}

/* Form 0: as it is; 1: zstd; 2: three planes as they are, the fourth by frequency. */
static struct frame encode(const uint8_t *bytes, size_t count) {
  static uint8_t planes[FRAME], output[2 * FRAME];
  struct frame frame = {NULL, 0, count, looks_like_floats(bytes, count) ? 2 : 1};
  if (frame.form == 2) {
    uint8_t *const starts[4] = {output, output + count / 4, output + count / 2, planes};
    kernel_planes_split(bytes, count / 4 * 4, starts);
    frame.count = count / 4 * 3 + squeeze(planes, count / 4, -256, output + count / 4 * 3);
  } else {
    frame.count = squeeze(bytes, count, 1, output);
  }
  if (frame.count > count - count / 20) frame.form = 0, frame.count = count;
  frame.bytes = malloc(frame.count);
  memcpy(frame.bytes, frame.form ? output : bytes, frame.count);
  return frame;
}

static void decode(const struct frame *frame, uint8_t *output) {
  static uint8_t top[FRAME];
  const size_t quarter = frame->raw / 4;
  if (frame->form == 0) {
    memcpy(output, frame->bytes, frame->raw);
  } else if (frame->form == 1) {
    must(ZSTD_decompressDCtx(decompressor, output, frame->raw, frame->bytes, frame->count) == frame->raw, "zstd");
  } else {
    must(ZSTD_decompressDCtx(decompressor, top, quarter, frame->bytes + 3 * quarter, frame->count - 3 * quarter) == quarter,
         "zstd");
    const uint8_t *const planes[4] = {frame->bytes, frame->bytes + quarter, frame->bytes + 2 * quarter, top};
    kernel_planes_join(planes, output, 4 * quarter);
  }
}

static uint8_t piece[PIECE], before[PIECE], packed[2 * PIECE], again[2 * PIECE];

static void check_frame(const struct frame *frame, const uint8_t *bytes) {
  if (frame->form) decode(frame, again);
  must(!frame->form || !memcmp(again, bytes, frame->raw / 4 * 4), "a frame that does not decode");
}

/* Read and hashed; compressed where told to; written where there is a store. */
static void take_whole(struct version *version, int compresses, int store) {
  for (int f = 0; f < version->count; f++) {
    struct file *file = &version->files[f];
    const int input = open_file(version->path, file->name, O_RDONLY);
    for (size_t at = 0, count; at < file->size; at += count) {
      TIMED("read", count = (size_t)pread(input, piece, PIECE, (off_t)at));
      TIMED("hash", hash(piece, count, file->ids + at / CHUNK * ID));
      for (size_t in = 0; compresses && in < count; in += FRAME) {
        struct frame *frame = &file->frames[(at + in) / FRAME];
        TIMED("compress", *frame = encode(piece + in, count - in < FRAME ? count - in : FRAME));
        TIMED("check", check_frame(frame, piece + in));
        if (store >= 0) TIMED("write", must(write(store, frame->bytes, frame->count) > 0, "write"));
      }
    }
    close(input);
  }
  if (store >= 0) TIMED("write", must(fsync(store) == 0, "fsync"));
}

/* Runs of words that differ, gaps of 16 bytes and less joined; 0 when more than half differs. */
static int differ(struct patch *patch, const uint8_t *now, const uint8_t *old) {
  static uint32_t runs[CHUNK];
  uint64_t masks[CHUNK / 256];
  size_t n = 0, literals = 0;
  kernel_differing_words(now, old, CHUNK / 256, masks);
  for (uint32_t word = 0; word < CHUNK / 4; word++) {
    const uint64_t left = masks[word / 64] >> (word % 64);
    if (!left) { word |= 63; continue; }
    word += (uint32_t)__builtin_ctzll(left);
    const uint32_t start = 4 * word;
    if (n && start - (runs[n - 2] + runs[n - 1]) <= 16) runs[n - 1] = start + 4 - runs[n - 2];
    else runs[n] = start, runs[n + 1] = 4, n += 2;
  }
  for (size_t i = 1; i < n; i += 2) literals += runs[i];
  if (literals > CHUNK / 2) return 0;
  patch->run_count = n / 2;
  patch->runs = memcpy(malloc(4 * n + 1), runs, 4 * n);
  patch->literals = malloc(literals + 1);
  for (size_t i = 0, at = 0; i < n; at += runs[i + 1], i += 2) memcpy(patch->literals + at, now + runs[i], runs[i + 1]);
  return 1;
}

static struct patch patches[1 << 16];
static int patch_count;
static uint8_t group[2 * PIECE];
static size_t grouped;

static void close_group(int store) {
  size_t count;
  if (!grouped) return;
  TIMED("compress", count = squeeze(group, grouped, 2, packed));
  TIMED("check", must(ZSTD_decompressDCtx(decompressor, again, sizeof again, packed, count) == grouped &&
                      !memcmp(again, group, grouped), "a group that does not decode"));
  TIMED("write", must(write(store, packed, count) > 0, "write"));
  grouped = 0;
}

static void take_chunk(int f, size_t offset, const uint8_t *now, size_t count, const uint8_t *old, int store) {
  struct patch *patch = &patches[patch_count++];
  int fits = 0;
  *patch = (struct patch){f, offset, count, 0, NULL, NULL};
  if (old && count == CHUNK) TIMED("compare", fits = differ(patch, now, old));
  if (!fits) {
    struct frame frame;
    patch->literals = memcpy(malloc(count), now, count);
    TIMED("compress", frame = encode(now, count));
    TIMED("check", check_frame(&frame, now));
    TIMED("write", must(write(store, frame.bytes, frame.count) > 0, "write"));
    free(frame.bytes);
    return;
  }
  size_t literals = 0;
  for (size_t i = 0; i < patch->run_count; i++) literals += patch->runs[2 * i + 1];
  if (grouped + 4 * patch->run_count + literals > PIECE) close_group(store);
  for (size_t i = 0; i < patch->run_count; i++, grouped += 4)
    memcpy(group + grouped, (uint16_t[2]){(uint16_t)patch->runs[2 * i], (uint16_t)patch->runs[2 * i + 1]}, 4);
  memcpy(group + grouped, patch->literals, literals);
  grouped += literals;
}

static struct file *same_file(struct version *version, const char *name) {
  for (int f = 0; f < version->count; f++)
    if (!strcmp(version->files[f].name, name)) return &version->files[f];
  return NULL;
}

/* The chunks of the base of one piece that changed, twice: from a file, then out of frames, hashed. */
static void take_base(struct version *base, struct file *old, size_t at, const uint8_t *changed, size_t chunks) {
  uint8_t ids[PIECE / CHUNK * ID];
  const void *messages[PIECE / CHUNK];
  size_t counts[PIECE / CHUNK], n = 0;
  const int input = open_file(base->path, old->name, O_RDONLY);
  for (size_t c = 0; c < chunks; c++)
    if (changed[c]) TIMED("base-file", must(pread(input, before + c * CHUNK, CHUNK, (off_t)(at + c * CHUNK)) >= 0, "pread"));
  close(input);
  for (size_t c = 0; c < chunks; c++) {
    const size_t place = at + c * CHUNK;
    if (!changed[c] || place >= old->size) continue;
    messages[n] = before + c * CHUNK;
    counts[n++] = old->size - place < CHUNK ? old->size - place : CHUNK;
  }
  for (size_t c = 0; c < chunks; c += 4)
    if ((changed[c] | changed[c + 1] | changed[c + 2] | changed[c + 3]) && at + c * CHUNK < old->size)
      TIMED("base-store", decode(&old->frames[(at + c * CHUNK) / FRAME], before + c * CHUNK));
  TIMED("base-store", kernel_sha256_many(messages, counts, n, ids));
}

static void create(struct version *version, struct version *base, int store) {
  patch_count = 0;
  for (int f = 0; f < version->count; f++) {
    struct file *file = &version->files[f], *old = same_file(base, file->name);
    const int input = open_file(version->path, file->name, O_RDONLY);
    for (size_t at = 0, count; at < file->size; at += count) {
      uint8_t changed[PIECE / CHUNK] = {0}, *ids = file->ids + at / CHUNK * ID;
      TIMED("read", count = (size_t)pread(input, piece, PIECE, (off_t)at));
      TIMED("hash", hash(piece, count, ids));
      const size_t chunks = (count + CHUNK - 1) / CHUNK;
      for (size_t c = 0; c < chunks; c++)
        changed[c] = !old || at + c * CHUNK >= old->size || memcmp(ids + c * ID, old->ids + (at / CHUNK + c) * ID, ID);
      if (old) take_base(base, old, at, changed, chunks);
      for (size_t c = 0; c < chunks; c++) {
        const size_t place = at + c * CHUNK, size = count - c * CHUNK < CHUNK ? count - c * CHUNK : CHUNK;
        const uint8_t *there = old && place + CHUNK <= old->size ? before + c * CHUNK : NULL;
        if (changed[c]) take_chunk(f, place, piece + c * CHUNK, size, there, store);
      }
    }
    close(input);
  }
  close_group(store);
  TIMED("write", must(fsync(store) == 0, "fsync"));
}

static void restore(struct version *version, const char *folder) {
  for (int f = 0; f < version->count; f++) {
    struct file *file = &version->files[f];
    const int output = open_file(folder, file->name, O_RDWR | O_CREAT | O_TRUNC);
    uint8_t ids[PIECE / CHUNK * ID];
    if (file->size) TIMED("write", (void)!posix_fallocate(output, 0, (off_t)file->size));
    for (size_t at = 0, count; at < file->size; at += count) {
      count = file->size - at < PIECE ? file->size - at : PIECE;
      for (size_t in = 0; in < count; in += FRAME) TIMED("decode", decode(&file->frames[(at + in) / FRAME], piece + in));
      TIMED("hash", hash(piece, count, ids));
      must(!memcmp(ids, file->ids + at / CHUNK * ID, (count + CHUNK - 1) / CHUNK * ID), "a wrong chunk");
      TIMED("write", must(pwrite(output, piece, count, (off_t)at) == (ssize_t)count, "pwrite"));
    }
    TIMED("write", must(fsync(output) == 0, "fsync"));
    close(output);
  }
}

static void write_pages(int output, const struct patch *patch, const uint8_t *chunk) {
  for (size_t i = 0, page = 0; i < patch->run_count; i++) {
    const size_t start = patch->runs[2 * i] / PAGE * PAGE;
    const size_t end = (patch->runs[2 * i] + patch->runs[2 * i + 1] + PAGE - 1) / PAGE * PAGE;
    if (end <= page) continue;
    const size_t from = start < page ? page : start;
    must(pwrite(output, chunk + from, end - from, (off_t)(patch->offset + from)) > 0, "pwrite");
    page = end;
  }
}

static void apply(const struct patch *patch, int input, uint8_t *chunk) {
  if (patch->run_count) TIMED("read", must(pread(input, chunk, CHUNK, (off_t)patch->offset) > 0, "pread"));
  const double since = cpu();
  if (!patch->run_count) memcpy(chunk, patch->literals, patch->count);
  for (size_t i = 0, at = 0; i < patch->run_count; at += patch->runs[2 * i + 1], i++)
    memcpy(chunk + patch->runs[2 * i], patch->literals + at, patch->runs[2 * i + 1]);
  add("apply", since);
}

static void patch_file(struct version *version, int f, const char *folder) {
  const int output = open_file(folder, version->files[f].name, O_RDWR | O_CREAT);
  for (int p = 0, n; p < patch_count; p += n) {
    uint8_t ids[PIECE / CHUNK * ID];
    for (n = 0; n < PIECE / CHUNK && p + n < patch_count && patches[p + n].file == f; n++)
      apply(&patches[p + n], output, piece + n * CHUNK);
    if (!n) { n = 1; continue; }
    TIMED("hash", hash(piece, (size_t)n * CHUNK, ids));
    for (int i = 0; i < n; i++) {
      const struct patch *patch = &patches[p + i];
      if (patch->run_count) TIMED("write", write_pages(output, patch, piece + i * CHUNK));
      else TIMED("write", must(pwrite(output, piece + i * CHUNK, patch->count, (off_t)patch->offset) > 0, "pwrite"));
    }
  }
  must(ftruncate(output, (off_t)version->files[f].size) == 0, "ftruncate");
  TIMED("write", must(fsync(output) == 0, "fsync"));
  close(output);
}

int main(int count, char **arguments) {
  static struct version versions[8];
  char copy[1024];
  snprintf(copy, sizeof copy, "%s/copy", arguments[1]);
  compressor = ZSTD_createCCtx(), decompressor = ZSTD_createDCtx();
  for (int v = 0; v < count - 2; v++) {
    listing = &versions[v];
    listing->path = arguments[v + 2];
    must(nftw(listing->path, visit, 16, FTW_PHYS) == 0, listing->path);
  }
  const int store = open_file(arguments[1], "/store", O_RDWR | O_CREAT | O_TRUNC);
  job = NULL, take_whole(&versions[0], 1, -1); /* what follows finds everything in the page cache */
  job = "first", take_whole(&versions[0], 1, store);
  mkdir(copy, 0700);
  job = "restore", restore(&versions[0], copy);
  for (int v = 1; v < count - 2; v++) {
    job = "creates", create(&versions[v], &versions[v - 1], store);
    job = v == 1 ? "patch1" : "patches";
    for (int f = 0; f < versions[v].count; f++) patch_file(&versions[v], f, copy);
    job = NULL, take_whole(&versions[v], 1, -1);
  }
  job = "local", take_whole(&versions[count - 3], 0, -1);
  for (int i = 0; spent[i].job; i++) printf("%s %s %.4f\n", spent[i].job, spent[i].phase, spent[i].seconds);
}

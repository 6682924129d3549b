// append_log DIRECTORY FILE: makes 100 records after another durable in one log whose room is taken beforehand, each batch
// with its SHA-256, by one write and one fdatasync; prints µs of CPU each. What no engine that digests and syncs is below.
#define _GNU_SOURCE
#include <fcntl.h>
#include <openssl/sha.h>
#include <sys/uio.h>
#include <unistd.h>

#include "append_peer.h"

int main(int count, char **arguments) {
  if (count != 3) return 2;
  records all = records_of(arguments[2]);
  MUST(chdir(arguments[1]));
  const int log = open("log", O_WRONLY | O_CREAT | O_EXCL, 0644);
  MUST(log);
  off_t end = 0;
  const off_t room = all.end - all.bytes;
  if (posix_fallocate(log, 0, room) != 0) return 1;
  MUST(fsync(log));
  const double before = cpu_seconds();
  record one;
  for (int more = next_record(&all, &one); more;) {
    const char *start = one.key;
    size_t bytes = 0;
    for (int number = 0; more && number < BATCH; number++) {
      bytes += one.key_bytes + one.value_bytes;
      more = next_record(&all, &one);
    }
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)start, bytes, digest);
    const struct iovec parts[] = {{(void *)start, bytes}, {digest, sizeof digest}};
    if (pwritev(log, parts, 2, end) != (ssize_t)(bytes + sizeof digest)) return 1;
    end += (off_t)(bytes + sizeof digest);
    MUST(fdatasync(log));
  }
  report(cpu_seconds() - before, all.count);
  return 0;
}

// append_file DIRECTORY FILE: makes a durable file of 100 records after another, by the calls of formats/store.md §4, and
// does nothing else; prints µs of CPU each. What a delta for each batch costs at least; with -DDIGESTED, one that ends with
// the SHA-256 of its bytes.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef DIGESTED
#include <openssl/sha.h>
#endif

#include "append_peer.h"

int main(int count, char **arguments) {
  if (count != 3) return 2;
  records all = records_of(arguments[2]);
  MUST(chdir(arguments[1]));
  MUST(mkdir("deltas", 0755));
  const int directory = open("deltas", O_RDONLY | O_DIRECTORY);
  const double before = cpu_seconds();
  record one;
  for (int more = next_record(&all, &one), batch = 0; more; batch++) {
    const char *start = one.key;
    size_t bytes = 0;
    for (int number = 0; more && number < BATCH; number++) {
      bytes += one.key_bytes + one.value_bytes;
      more = next_record(&all, &one);
    }
    char name[32];
    snprintf(name, sizeof name, "deltas/%d", batch);
    const int file = open("tmp", O_WRONLY | O_CREAT | O_EXCL, 0444);
    MUST(file);
    if (write(file, start, bytes) != (ssize_t)bytes) return 1;
#ifdef DIGESTED
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)start, bytes, digest);
    if (write(file, digest, sizeof digest) != sizeof digest) return 1;
#endif
    MUST(fsync(file));
    MUST(close(file));
    MUST(link("tmp", name));
    MUST(unlink("tmp"));
    MUST(fsync(directory));
  }
  report(cpu_seconds() - before, all.count);
  return 0;
}

// append_rocksdb DIRECTORY FILE: puts the records of FILE into RocksDB, 100 in each synced batch; prints µs of CPU each.
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "append_peer.h"

static void must(const rocksdb::Status &status) {
  if (status.ok()) return;
  fprintf(stderr, "%s\n", status.ToString().c_str());
  exit(1);
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  records all = records_of(arguments[2]);
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB *database;
  must(rocksdb::DB::Open(options, arguments[1], &database));
  rocksdb::WriteOptions durable;
  durable.sync = true;
  const double before = cpu_seconds();
  record one;
  bool more = next_record(&all, &one);
  while (more) {
    rocksdb::WriteBatch batch;
    for (int number = 0; more && number < BATCH; number++) {
      must(batch.Put(rocksdb::Slice(one.key, one.key_bytes), rocksdb::Slice(one.value, one.value_bytes)));
      more = next_record(&all, &one);
    }
    must(database->Write(durable, &batch));
  }
  report(cpu_seconds() - before, all.count);
  delete database;
  return 0;
}

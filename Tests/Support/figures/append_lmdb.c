// append_lmdb DIRECTORY FILE: puts the records of FILE into LMDB, 100 in each durable transaction; prints µs of CPU each.
#include <lmdb.h>

#include "append_peer.h"

#define MUST(call) do { if ((call) != 0) { fprintf(stderr, "%s failed\n", #call); exit(1); } } while (0)

int main(int count, char **arguments) {
  if (count != 3) return 2;
  records all = records_of(arguments[2]);
  MDB_env *environment;
  MUST(mdb_env_create(&environment));
  MUST(mdb_env_set_mapsize(environment, (size_t)8 << 30));
  MUST(mdb_env_open(environment, arguments[1], 0, 0644));
  const double before = cpu_seconds();
  MDB_dbi database = 0;
  record one;
  int more = next_record(&all, &one);
  while (more) {
    MDB_txn *transaction;
    MUST(mdb_txn_begin(environment, NULL, 0, &transaction));
    if (database == 0) MUST(mdb_dbi_open(transaction, NULL, 0, &database));
    for (int number = 0; more && number < BATCH; number++) {
      MDB_val key = {one.key_bytes, (void *)one.key}, value = {one.value_bytes, (void *)one.value};
      MUST(mdb_put(transaction, database, &key, &value, 0));
      more = next_record(&all, &one);
    }
    MUST(mdb_txn_commit(transaction));
  }
  report(cpu_seconds() - before, all.count);
  mdb_env_close(environment);
  return 0;
}

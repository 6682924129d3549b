// The few calls into RocksDB that the catalog makes.
//
// RocksDB's own C interface opens an optimistic database with its default of a million locks, allocated one by one:
// 50 MB and 0.1 CPU seconds for each open. Here one process has the database open, for one commit: it is opened
// to validate commits in turn, without such locks.
#ifndef ROCKSDB_CATALOG_H
#define ROCKSDB_CATALOG_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// What a call came to.
typedef enum {
  CATALOG_OK = 0,
  CATALOG_ABSENT,     // the key has no value
  CATALOG_CONTENDED,  // somebody was faster
  CATALOG_LOCKED,     // another process has the database open
  CATALOG_FULL,       // no room on its disk, or none left of the quota
  CATALOG_BROKEN,     // anything else
} catalog_status;

typedef struct catalog_database catalog_database;
typedef struct catalog_transaction catalog_transaction;

// Each `message` out parameter is set when the status is CONTENDED, LOCKED or BROKEN; the caller frees it.

// Opens the database of a directory, which is created when it is missing.
catalog_status catalog_database_open(const char *path, catalog_database **database, char **message);
void catalog_database_close(catalog_database *database);

// Begins a transaction on a snapshot of now. It ends before the database is closed.
catalog_transaction *catalog_transaction_begin(catalog_database *database);
// Frees the transaction; what it did not commit is gone.
void catalog_transaction_end(catalog_transaction *transaction);

// A copy of the value of a key, which the caller frees. The commit fails when somebody changes the key meanwhile.
catalog_status catalog_transaction_get_for_update(
  catalog_transaction *transaction, const char *key, size_t key_size, char **value, size_t *value_size,
  char **message);
catalog_status catalog_transaction_put(
  catalog_transaction *transaction, const char *key, size_t key_size, const char *value, size_t value_size,
  char **message);
catalog_status catalog_transaction_delete(
  catalog_transaction *transaction, const char *key, size_t key_size, char **message);
catalog_status catalog_transaction_commit(catalog_transaction *transaction, char **message);

#ifdef __cplusplus
}
#endif

#endif

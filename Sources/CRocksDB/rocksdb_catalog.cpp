#include "rocksdb_catalog.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/utilities/optimistic_transaction_db.h>
#include <rocksdb/utilities/transaction.h>

using namespace ROCKSDB_NAMESPACE;

struct catalog_database {
  std::unique_ptr<OptimisticTransactionDB> database;
};

struct catalog_transaction {
  std::unique_ptr<Transaction> transaction;
};

// The lock of the directory has no code of its own, only these texts.
static bool names_the_lock(const std::string &text) {
  return text.find("lock file") != std::string::npos || text.find("lock hold by") != std::string::npos;
}

static catalog_status report(const Status &status, char **message) {
  if (status.ok()) return CATALOG_OK;
  if (status.IsNotFound()) return CATALOG_ABSENT;
  const std::string text = status.ToString();
  *message = strdup(text.c_str());
  if (status.IsBusy() || status.IsTryAgain()) return CATALOG_CONTENDED;
  // A quota has no code of its own.
  if (status.IsNoSpace() || text.find(strerror(EDQUOT)) != std::string::npos) return CATALOG_FULL;
  return names_the_lock(text) ? CATALOG_LOCKED : CATALOG_BROKEN;
}

// It is opened and closed for each commit, and holds a few kilobytes: no threads, logs, buffers and blocks for more.
static Options small_options() {
  Options options;
  options.create_if_missing = true;
  options.paranoid_checks = true;
  options.write_buffer_size = 1 << 20;
  options.allow_fallocate = false;
  options.max_background_jobs = 1;
  options.keep_log_file_num = 1;
  options.info_log_level = FATAL_LEVEL;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.skip_stats_update_on_db_open = true;
  return options;
}

catalog_status catalog_database_open(const char *path, catalog_database **database, char **message) {
  const Options options = small_options();
  OptimisticTransactionDBOptions optimistic;
  optimistic.validate_policy = OccValidationPolicy::kValidateSerial;
  std::vector<ColumnFamilyHandle *> handles;
  OptimisticTransactionDB *opened = nullptr;
  const Status status = OptimisticTransactionDB::Open(
    DBOptions(options), optimistic, path, {{kDefaultColumnFamilyName, ColumnFamilyOptions(options)}}, &handles,
    &opened);
  for (ColumnFamilyHandle *handle : handles) delete handle;
  if (status.ok()) *database = new catalog_database{std::unique_ptr<OptimisticTransactionDB>(opened)};
  return report(status, message);
}

void catalog_database_close(catalog_database *database) {
  delete database;
}

catalog_transaction *catalog_transaction_begin(catalog_database *database) {
  // Not synced: the origin has the truth, and what a crash takes from here is read from there again.
  WriteOptions write;
  write.sync = false;
  OptimisticTransactionOptions options;
  options.set_snapshot = true;
  return new catalog_transaction{std::unique_ptr<Transaction>(database->database->BeginTransaction(write, options))};
}

void catalog_transaction_end(catalog_transaction *transaction) {
  delete transaction;
}

catalog_status catalog_transaction_get_for_update(
  catalog_transaction *transaction, const char *key, size_t key_size, char **value, size_t *value_size,
  char **message) {
  ReadOptions read;
  read.verify_checksums = true;
  std::string found;
  const Status status = transaction->transaction->GetForUpdate(read, Slice(key, key_size), &found);
  if (status.ok()) {
    *value_size = found.size();
    *value = static_cast<char *>(malloc(found.size() + 1));
    memcpy(*value, found.data(), found.size());
  }
  return report(status, message);
}

catalog_status catalog_transaction_put(
  catalog_transaction *transaction, const char *key, size_t key_size, const char *value, size_t value_size,
  char **message) {
  return report(transaction->transaction->Put(Slice(key, key_size), Slice(value, value_size)), message);
}

catalog_status catalog_transaction_delete(
  catalog_transaction *transaction, const char *key, size_t key_size, char **message) {
  return report(transaction->transaction->Delete(Slice(key, key_size)), message);
}

catalog_status catalog_transaction_commit(catalog_transaction *transaction, char **message) {
  return report(transaction->transaction->Commit(), message);
}

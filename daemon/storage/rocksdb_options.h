#pragma once

#include <rocksdb/db.h>

#include <string>
#include <vector>

#include "domain/reason.h"

namespace budgetwatch {

// Column families; order and names are on disk. Names that were given up are never
// used again: payment_id, booking.
enum Family {
  kDefault,
  kJournal,
  kControl,
  kTaken,
  kTotal,
  kCheckpoint,
  kProjectCode,
  kPaymentRun,
  kBookingRun,
};
inline constexpr const char* kFamilyNames[] = {"default",      "journal",     "control",
                                               "taken",        "total",       "checkpoint",
                                               "project_code", "payment_run", "booking_run"};

// What the database may take of memory when nothing is said: half of it for what is not
// in tables yet, a quarter for blocks of tables.
inline constexpr size_t kDatabaseMemoryBytes = 256u << 20;

rocksdb::DBOptions DatabaseOptions(rocksdb::Env* env, size_t memory_bytes = kDatabaseMemoryBytes);
std::vector<rocksdb::ColumnFamilyDescriptor> FamilyDescriptors(
    size_t memory_bytes = kDatabaseMemoryBytes);

// These options for opening a database only to read it.
rocksdb::DBOptions ForReading(rocksdb::DBOptions options);

// Creates the directory with its parents, durably and readable by the owner only; one that
// is there stays as it is. RocksDB itself would create just the last part, and a plain file there
// gives it a puzzling error.
Status PrepareDirectory(const std::string& directory);

// Why a database could not be opened.
Error OpenError(const std::string& directory, const rocksdb::Status& status);

}  // namespace budgetwatch

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "service/store.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Status;
}  // namespace rocksdb

namespace budgetwatch {

class StoreHealth;

// Checkpoints and the versions of totals that belong to them, in two column families.
// See Store for the contract of each call. Thread-safe; Write is called by one thread at
// a time.
class CheckpointTable {
 public:
  struct Place {
    rocksdb::DB* db = nullptr;  // outlives this, as its health and families do
    StoreHealth* health = nullptr;
    rocksdb::ColumnFamilyHandle* totals = nullptr;
    rocksdb::ColumnFamilyHandle* checkpoints = nullptr;
    std::string directory;  // for messages
  };

  explicit CheckpointTable(Place place) : place_(std::move(place)) {}

  // Errors, here and below: STORE_FAILED, DATA_DAMAGED.
  Status Write(const StateCheckpoint& checkpoint, const std::vector<TotalRow>& changed);
  Result<std::optional<StateCheckpoint>> Last(Sequence sequence) const;
  Status ScanTotals(Sequence checkpoint, std::optional<int> fiscal_year,
                    const Store::TotalVisitor& visitor) const;

 private:
  Status Failed(const rocksdb::Status& status, const char* doing) const;
  Error Damaged(const std::string& what) const;

  const Place place_;
};

}  // namespace budgetwatch

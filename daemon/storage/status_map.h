#pragma once

#include <string>

#include "domain/reason.h"

namespace rocksdb {
class Status;
}

namespace budgetwatch {

// What RocksDB says, in the ledger's words. Damage becomes DATA_DAMAGED, any other
// trouble STORE_FAILED; `doing` completes "failed while".
Status ToStatus(const rocksdb::Status& status, const std::string& directory, const char* doing);

// The store contradicts itself.
Error DamagedStore(const std::string& directory, const std::string& what);

}  // namespace budgetwatch

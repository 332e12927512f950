#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "domain/reason.h"
#include "domain/sequence.h"
#include "storage/acknowledged_mark.h"

namespace rocksdb {
class ColumnFamilyHandle;
struct ColumnFamilyDescriptor;
class DB;
struct DBOptions;
}  // namespace rocksdb

namespace budgetwatch {

// A database with the handles of its column families.
struct OpenedDatabase {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  bool torn = false;  // the end of the log was dropped
};

// Last sequence of the journal in a database. A gap among its newest entries, which the
// logs may hold, is an error.
using FindLast = std::function<Result<Sequence>(
    rocksdb::DB* db, const std::vector<rocksdb::ColumnFamilyHandle*>& families)>;

// Opens a database such that damage is told and nothing acknowledged is passed over.
//
// 1. What is left of a database is not taken for an empty directory.
// 2. The manifest is as long as the mark says, or longer.
// 3. The logs must be without a fault. Where they are not, the database is first looked
//    at without changing it: when the journal in front of the fault reaches up to the
//    mark, the fault is the end of a write that a crash cut off and nobody was told of,
//    and it is dropped. Otherwise it is damage.
// 4. The journal reaches up to the mark.
//
// Errors: STORE_FAILED, DATA_DAMAGED.
Result<OpenedDatabase> RecoverDatabase(const std::string& directory,
                                       const rocksdb::DBOptions& options,
                                       const std::vector<rocksdb::ColumnFamilyDescriptor>& families,
                                       const MarkContent& mark, const FindLast& find_last);

// Closes what RecoverDatabase opened.
void CloseDatabase(OpenedDatabase* database);

}  // namespace budgetwatch

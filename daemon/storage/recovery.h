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
};

// Last sequence of the journal in a database. A gap among its newest entries, which the
// logs may hold, is an error.
using FindLast = std::function<Result<Sequence>(
    rocksdb::DB* db, const std::vector<rocksdb::ColumnFamilyHandle*>& families)>;

// Opens a database such that damage is told and nothing acknowledged is passed over.
//
// 1. What is left of a database is not taken for an empty directory.
// 2. The manifest is whole up to where the mark says that it is durable.
// 3. Behind that, the manifest and the logs may have faults. When the journal in front of
//    the faults reaches up to the mark, they are the ends of changes and writes that a
//    crash or an error cut off, on which nothing was built and of which nobody was told,
//    and they are dropped. Otherwise they are damage.
// 4. The journal reaches up to the mark.
// 5. All that is found out by looking, which replays the logs once more: when the database
//    is refused, nothing of it was changed, so that a log that went missing can be put back.
//
// Errors: STORE_FAILED, DATA_DAMAGED.
Result<OpenedDatabase> RecoverDatabase(const std::string& directory,
                                       const rocksdb::DBOptions& options,
                                       const std::vector<rocksdb::ColumnFamilyDescriptor>& families,
                                       const MarkContent& mark, const FindLast& find_last);

// Closes what RecoverDatabase opened.
void CloseDatabase(OpenedDatabase* database);

}  // namespace budgetwatch

#pragma once

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

// Changes to the database of a closed store, as somebody makes them who has the files.

namespace budgetwatch {

// Runs `change` on a column family behind the store's back.
inline void ChangeRaw(
    const std::filesystem::path& path, const std::string& family,
    const std::function<rocksdb::Status(rocksdb::DB*, rocksdb::ColumnFamilyHandle*)>& change) {
  std::vector<std::string> names;
  ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), path.string(), &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) {
    families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(
      rocksdb::DB::Open(rocksdb::DBOptions(), path.string(), families, &handles, &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == family) {
      ASSERT_TRUE(change(db.get(), handles[i]).ok());
    }
    ASSERT_TRUE(db->DestroyColumnFamilyHandle(handles[i]).ok());
  }
}

inline void PutRaw(const std::filesystem::path& path, const std::string& family,
                   const std::string& key, const std::string& value) {
  ChangeRaw(path, family, [&](rocksdb::DB* db, rocksdb::ColumnFamilyHandle* handle) {
    return db->Put(rocksdb::WriteOptions(), handle, key, value);
  });
}

inline void DeleteRaw(const std::filesystem::path& path, const std::string& family,
                      const std::string& key) {
  ChangeRaw(path, family, [&](rocksdb::DB* db, rocksdb::ColumnFamilyHandle* handle) {
    return db->Delete(rocksdb::WriteOptions(), handle, key);
  });
}

}  // namespace budgetwatch

// Goal: what cannot be opened is refused with a sentence that names the cure, and
// damage is told instead of served.
// Method: real directories, prepared with RocksDB itself or with plain files.

#include "storage/rocksdb_store.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <fstream>

#include "storage/key_codec.h"
#include "support/builders.h"
#include "support/temporary_directory.h"

namespace budgetwatch {
namespace {

Error OpenError(const std::filesystem::path& path) {
  const auto opened = RocksDbStore::Open(path.string());
  EXPECT_FALSE(opened.ok());
  return opened.ok() ? Error() : opened.error();
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Changes bytes behind the store's back.
void PutRaw(const std::filesystem::path& path, const std::string& family, const std::string& key,
            const std::string& value) {
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
      ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), handles[i], key, value).ok());
    }
    ASSERT_TRUE(db->DestroyColumnFamilyHandle(handles[i]).ok());
  }
}

TEST(RocksDbStore, CreatesTheDirectoryWithItsParents) {
  const TemporaryDirectory directory;
  EXPECT_TRUE(RocksDbStore::Open((directory.path() / "a" / "b").string()).ok());
}

TEST(RocksDbStore, RefusesADirectoryInUse) {
  const TemporaryDirectory directory;
  const auto first = RocksDbStore::Open(directory.path().string());
  ASSERT_TRUE(first.ok());
  const Error error = OpenError(directory.path());
  EXPECT_EQ(error.reason, "STORE_FAILED");
  EXPECT_TRUE(Contains(error.message, "in use by another process")) << error.message;
  EXPECT_TRUE(Contains(error.message, directory.path().string())) << error.message;
}

TEST(RocksDbStore, RefusesAPlainFile) {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "file";
  std::ofstream(file) << "text";
  const Error error = OpenError(file);
  EXPECT_EQ(error.reason, "STORE_FAILED");
  EXPECT_TRUE(Contains(error.message, "is not a directory")) << error.message;
  EXPECT_EQ(OpenError(file / "below").reason, "STORE_FAILED");
}

TEST(RocksDbStore, RefusesANewerFormat) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(RocksDbStore::Open(directory.path().string()).ok());
  PutRaw(directory.path(), "default", "format_version", EncodeInt64(kStorageFormatVersion + 1));
  const Error error = OpenError(directory.path());
  EXPECT_EQ(error.reason, "DATA_DAMAGED");
  EXPECT_TRUE(Contains(error.message, "use a newer program")) << error.message;
  PutRaw(directory.path(), "default", "format_version", "x");
  EXPECT_TRUE(Contains(OpenError(directory.path()).message, "is no number"));
}

TEST(RocksDbStore, TellsDamageInsteadOfServingIt) {
  const TemporaryDirectory directory;
  {
    const auto store = RocksDbStore::Open(directory.path().string());
    ASSERT_TRUE(store.ok());
    const PaymentEntry payment = MakeEntry(MakePayment("a", "P1", "2020-01-01", 1));
    ASSERT_TRUE(store.value()->Write({1, 1, {payment, ClosingEntry{2019}}, {}}).ok());
    ASSERT_TRUE(store.value()->Write({3, 2, {ClosingEntry{2018}}, {}}).ok());
  }
  PutRaw(directory.path(), "journal", SequenceKey(1), "\xff\xff");
  PutRaw(directory.path(), "taken", SequenceKey(1), "x");
  PutRaw(directory.path(), "payment_id", PaymentIdKey({"bank", "a"}), "x");
  PutRaw(directory.path(), "booking", "x", "");
  PutRaw(directory.path(), "total", "x", "");
  const auto opened = RocksDbStore::Open(directory.path().string());
  ASSERT_TRUE(opened.ok());
  const RocksDbStore& store = *opened.value();
  const auto nothing = [](const auto&) { return Status(); };
  EXPECT_EQ(store.ScanJournal(1, 3, nothing).error().reason, "DATA_DAMAGED");
  EXPECT_EQ(store.ReadEntry(2).error().reason, "DATA_DAMAGED");
  EXPECT_TRUE(store.ReadEntry(3).ok());
  EXPECT_EQ(store.TakenFen(1).error().reason, "DATA_DAMAGED");
  EXPECT_EQ(store.FindPayment({"bank", "a"}).error().reason, "DATA_DAMAGED");
  EXPECT_EQ(store.ScanTotals(9, std::nullopt, nothing).error().reason, "DATA_DAMAGED");
}

}  // namespace
}  // namespace budgetwatch

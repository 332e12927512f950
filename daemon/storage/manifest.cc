#include "storage/manifest.h"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

namespace budgetwatch {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr std::string_view kManifestPrefix = "MANIFEST-";

// The format of RocksDB's logs: records, or fragments of them, in blocks. A header is a
// masked CRC-32C of what follows it, the length (2) and the type (1), little-endian.
constexpr size_t kBlockBytes = 32768;
constexpr size_t kHeaderBytes = 7;
enum FragmentType : unsigned char { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

constexpr std::array<uint32_t, 256> Crc32cTable() {
  std::array<uint32_t, 256> table = {};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0x82f63b78u : 0);
    table[byte] = value;
  }
  return table;
}

uint32_t Crc32c(std::string_view bytes) {
  static constexpr std::array<uint32_t, 256> kTable = Crc32cTable();
  uint32_t value = ~0u;
  for (const char byte : bytes) {
    value = value >> 8 ^ kTable[(value ^ static_cast<unsigned char>(byte)) & 0xff];
  }
  return ~value;
}

uint32_t Masked(uint32_t crc) { return (crc >> 15 | crc << 17) + 0xa282ead8u; }

// Of up to four bytes, little-endian.
uint32_t Number(std::string_view bytes) {
  uint32_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// Ends where it is told to.
class CutFile : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  CutFile(std::unique_ptr<rocksdb::FSSequentialFile> file, uint64_t bytes)
      : FSSequentialFileOwnerWrapper(std::move(file)), left_(bytes) {}

  IOStatus Read(size_t size, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* debug) override {
    const size_t wanted = std::min<uint64_t>(size, left_);
    IOStatus status = FSSequentialFileOwnerWrapper::Read(wanted, options, result, scratch, debug);
    if (status.ok()) left_ -= result->size();
    return status;
  }
  IOStatus Skip(uint64_t size) override {
    const uint64_t skipped = std::min(size, left_);
    left_ -= skipped;
    return FSSequentialFileOwnerWrapper::Skip(skipped);
  }

 private:
  uint64_t left_;
};

class FileSystemWithFileCut : public rocksdb::FileSystemWrapper {
 public:
  FileSystemWithFileCut(rocksdb::Env* base, std::string path, uint64_t bytes)
      : FileSystemWrapper(base->GetFileSystem()), path_(std::move(path)), bytes_(bytes) {}

  const char* Name() const override { return "FileSystemWithFileCut"; }

  IOStatus NewSequentialFile(const std::string& path, const FileOptions& options,
                             std::unique_ptr<rocksdb::FSSequentialFile>* result,
                             IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewSequentialFile(path, options, result, debug);
    if (status.ok() && path == path_) {
      *result = std::make_unique<CutFile>(std::move(*result), bytes_);
    }
    return status;
  }
  IOStatus GetFileSize(const std::string& path, const IOOptions& options, uint64_t* size,
                       IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::GetFileSize(path, options, size, debug);
    if (status.ok() && path == path_) *size = std::min(*size, bytes_);
    return status;
  }

 private:
  const std::string path_;
  const uint64_t bytes_;
};

}  // namespace

uint64_t ManifestNumber(std::string_view name) {
  const size_t begin = name.rfind('/') == std::string_view::npos ? 0 : name.rfind('/') + 1;
  name.remove_prefix(begin);
  if (!name.starts_with(kManifestPrefix)) return 0;
  name.remove_prefix(kManifestPrefix.size());
  uint64_t number = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
  return read.ec == std::errc() ? number : 0;
}

uint64_t CurrentManifestNumber(const std::string& directory, rocksdb::Env* env) {
  std::string current;
  if (!rocksdb::ReadFileToString(env, directory + "/CURRENT", &current).ok()) return 0;
  return ManifestNumber(current);
}

std::string ManifestPath(const std::string& directory, uint64_t number) {
  std::array<char, 32> digits = {};
  std::snprintf(digits.data(), digits.size(), "%06llu", static_cast<unsigned long long>(number));
  return directory + "/" + std::string(kManifestPrefix) + digits.data();
}

std::vector<uint64_t> RecordEnds(std::string_view manifest) {
  std::vector<uint64_t> ends;
  bool in_record = false;
  for (size_t place = 0; place < manifest.size();) {
    const size_t block_left = kBlockBytes - place % kBlockBytes;
    if (block_left < kHeaderBytes) {  // filled up
      place += block_left;
      continue;
    }
    const std::string_view rest = manifest.substr(place, block_left);
    if (rest.size() < kHeaderBytes) return ends;
    const uint32_t length = Number(rest.substr(4, 2));
    const auto type = static_cast<unsigned char>(rest[6]);
    if (kHeaderBytes + length > rest.size() || type < kFull || type > kLast) return ends;
    if (Masked(Crc32c(rest.substr(6, 1 + length))) != Number(rest.substr(0, 4))) return ends;
    const bool begins = type == kFull || type == kFirst;
    if (begins == in_record) return ends;
    place += kHeaderBytes + length;
    in_record = type == kFirst || type == kMiddle;
    if (!in_record) ends.push_back(place);
  }
  return ends;
}

std::unique_ptr<rocksdb::Env> EnvWithFileCut(rocksdb::Env* base, std::string path, uint64_t bytes) {
  return rocksdb::NewCompositeEnv(
      std::make_shared<FileSystemWithFileCut>(base, std::move(path), bytes));
}

}  // namespace budgetwatch

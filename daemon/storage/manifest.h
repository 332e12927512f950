#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace budgetwatch {

// The manifest is RocksDB's list of its files, a log of records; CURRENT names it.

// Number in a manifest's name, 0 for any other name.
uint64_t ManifestNumber(std::string_view name);
// Number of the manifest that CURRENT names; 0 when it names none.
uint64_t CurrentManifestNumber(const std::string& directory, rocksdb::Env* env);
std::string ManifestPath(const std::string& directory, uint64_t number);

// Where the records of a manifest end, up to the first fault in it. RocksDB passes over
// some faults, as zeros in the place of records; here none is passed over.
std::vector<uint64_t> RecordEnds(std::string_view manifest);

// `base` with the file at `path` ending after `bytes`, for reading.
std::unique_ptr<rocksdb::Env> EnvWithFileCut(rocksdb::Env* base, std::string path, uint64_t bytes);

}  // namespace budgetwatch

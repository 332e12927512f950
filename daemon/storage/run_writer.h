#pragma once

#include <rocksdb/sst_file_writer.h>

#include <optional>
#include <string>
#include <vector>

#include "storage/bloom_filter.h"
#include "storage/sorted_runs.h"

namespace budgetwatch {

// Writes one run, word by word, into a file beside the database and hands it over; leaves
// nothing behind when it does not come to that. Used by one thread; the place outlives it.
// Errors: STORE_FAILED.
class RunWriter {
 public:
  // For up to `capacity` words. The run has a filter when that fits by itself.
  RunWriter(const SortedRuns::Place& place, uint64_t number, uint64_t capacity);
  ~RunWriter();
  RunWriter(const RunWriter&) = delete;
  RunWriter& operator=(const RunWriter&) = delete;

  Status Open();

  // REQUIRES: words rise.
  Status Add(const IndexWord& word);

  // Makes the run, of the entries in [first, last], durable and part of the database.
  Status Finish(Sequence first, Sequence last);

 private:
  Status Check(const rocksdb::Status& status) const;
  Status Advised(Status status) const;
  Status Put(uint32_t part, const rocksdb::Slice& value);
  Status FlushBlock();
  Status WriteFilter();

  const SortedRuns::Place& place_;
  const uint64_t number_;
  const std::string path_;
  const rocksdb::Options options_;
  std::optional<rocksdb::SstFileWriter> file_;  // none once the database has it
  std::optional<BloomFilter> filter_;
  std::vector<IndexWord> block_;
  std::vector<IndexWord> first_words_;
  uint64_t word_count_ = 0;
};

}  // namespace budgetwatch

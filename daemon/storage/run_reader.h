#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "storage/sorted_runs.h"

namespace rocksdb {
class Iterator;
}  // namespace rocksdb

namespace budgetwatch {

// One run as it is known without reading its words. Never changed once others see it.
struct IndexRun {
  uint64_t number = 0;
  Sequence first_sequence = 0;
  Sequence last_sequence = 0;
  uint64_t word_count = 0;
  std::vector<IndexWord> first_words;         // of each block
  std::shared_ptr<const BloomFilter> filter;  // null: any word may be there

  // The block in which the first word not below `word` is, if any is.
  size_t BlockOf(const IndexWord& word) const;
};

// Checks the bytes of one block; one without bytes is missing. Errors: DATA_DAMAGED.
Status CheckBlock(const SortedRuns::Place& place, const IndexRun& run, size_t block, size_t size);

// Reads one run from its first word to its last; it may be dropped meanwhile. Used by one
// thread; the place outlives it. Errors: STORE_FAILED, DATA_DAMAGED.
class RunReader {
 public:
  RunReader(const SortedRuns::Place& place, std::shared_ptr<const IndexRun> run);
  RunReader(RunReader&& other) noexcept;
  ~RunReader();

  // To be called first.
  Status Start();

  // The one with the lowest word; null when all are done.
  static RunReader* Lowest(std::vector<RunReader>* readers);

  bool done() const { return block_ == run_->first_words.size(); }
  const IndexWord& word() const { return word_; }

  // Whether a search for the word ends at its place.
  bool can_be_found() const;

  // REQUIRES: !done().
  Status Next();

  // What is behind the words, once they are done: damage in a filter that has no room in
  // memory would not be told otherwise.
  Status ReadRest();

 private:
  Status Check() const;
  Status Load();

  const SortedRuns::Place* place_;
  std::shared_ptr<const IndexRun> run_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
  size_t block_ = 0;
  size_t index_ = 0;
  size_t count_ = 0;
  IndexWord word_;
  bool in_order_ = true;  // the words of the block up to this one
};

}  // namespace budgetwatch

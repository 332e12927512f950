#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "domain/reason.h"
#include "domain/sequence.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class PinnableSlice;
}  // namespace rocksdb

namespace budgetwatch {

class StoreHealth;

class BloomFilter;
struct IndexRun;
class RunReader;

// Ends the name of a file that is to become a run. One that is found at the start
// was left by a crash.
inline constexpr const char* kUnfinishedRunSuffix = ".run.tmp";

// One entry of an index: ordered by `high`, then by `low`.
struct IndexWord {
  uint64_t high = 0;
  uint64_t low = 0;

  friend auto operator<=>(const IndexWord&, const IndexWord&) = default;
};

// An index over the journal as few large sorted runs in one column family. A run
// holds the words of consecutive journal entries, is written once as a file of its
// own and never changed; runs next to each other are merged into larger ones, so
// that their number grows with the logarithm of the journal.
//
// What is stored can be made anew from the journal: a run is durable when Append
// returns, and a crash leaves it whole or absent.
//
// Memory: 0.1 bytes for each word, and 2 more with a filter; filters take up to twice what
// they may while runs are merged.
// Thread-safe; Append and MergeDue are called by one thread at a time.
class SortedRuns {
 public:
  struct Place {
    rocksdb::DB* db = nullptr;  // outlives this, as its health does
    StoreHealth* health = nullptr;
    rocksdb::ColumnFamilyHandle* family = nullptr;
    std::string directory;  // of the database, for files on their way into it
    // What filters may take, which make Find fast for what is absent. When not all fit, the
    // newest runs have theirs, and Find reads a block of each other run. 0 for none.
    size_t filter_bytes = 0;
  };

  // Errors, here and below: STORE_FAILED, DATA_DAMAGED.
  static Result<std::unique_ptr<SortedRuns>> Open(Place place);
  ~SortedRuns();

  // The runs hold the words of all journal entries up to this one.
  Sequence last_sequence() const;

  // Adds a run for the entries in (last_sequence(), last]. REQUIRES: words rise.
  Status Append(Sequence last, const std::vector<IndexWord>& words);

  // Merges runs as long as there are several of a size, and room for the merged one; where
  // some cannot be merged, others behind them are. Calls `between` now and then, so that a
  // long merge does not keep its caller from other work; it may call Append. Error: the
  // first; SHUTTING_DOWN of `between` ends it at once.
  Status MergeDue(const std::function<Status()>& between);

  // Tells the `low` of every word with one of these `highs`.
  using Found = std::function<void(size_t index, uint64_t low)>;
  Status Find(const std::vector<uint64_t>& highs, const SequenceRange& range,
              const Found& found) const;

  // Appends the words in [first, last] of every run, up to `limit` of each, so that
  // the lowest `limit` of all are among them.
  Status Scan(const IndexWord& first, const IndexWord& last, size_t limit,
              std::vector<IndexWord>* words) const;

  // Visits every word of every run; tells the last sequence that the runs hold. Append waits
  // only until the reading has begun.
  Result<Sequence> VisitAll(const std::function<void(const IndexWord&)>& visit) const;

  // Visits the words of all runs by their order, and with them those of `more`, which are
  // asked for with the last sequence that the runs hold. Tells of each whether Find finds it.
  // Append waits as for VisitAll.
  using More = std::function<std::vector<IndexWord>(Sequence)>;
  using VisitWord = std::function<void(const IndexWord&, bool can_be_found)>;
  Status VisitInOrder(const More& more, const VisitWord& visit) const;

  size_t run_count() const;

  // What filters take now.
  size_t filter_bytes() const;

 private:
  using RunPtr = std::shared_ptr<const IndexRun>;
  using FilterPtr = std::shared_ptr<const BloomFilter>;

  explicit SortedRuns(Place place);

  Result<RunPtr> LoadRun(uint64_t number) const;
  Result<FilterPtr> LoadFilter(const IndexRun& run) const;
  Status LoadRuns();
  std::vector<RunPtr> runs() const;
  Status SetRuns(std::vector<RunPtr> runs);
  Result<std::vector<RunReader>> StartReaders(const std::vector<RunPtr>& runs) const;
  Status ReadPart(uint64_t number, uint32_t part, rocksdb::PinnableSlice* bytes) const;
  Status ReadBlock(const IndexRun& run, size_t block, rocksdb::PinnableSlice* bytes) const;
  Status FindInRun(const IndexRun& run, uint64_t high, size_t index, const Found& found) const;
  std::vector<RunPtr> RunsToMerge(const std::set<uint64_t>& passed_over) const;
  Status MergeRuns(const std::vector<RunPtr>& old, const std::function<Status()>& between);
  bool HasRoomFor(uint64_t word_count, uint64_t reserve_bytes) const;
  Result<RunPtr> Merge(const std::vector<RunPtr>& runs, const std::function<Status()>& between);
  Status Drop(const IndexRun& run);
  Error Unreadable(uint64_t number) const;

  const Place place_;
  uint64_t next_number_ = 1;  // of the thread that writes
  mutable SharedMutex mutex_;
  std::vector<RunPtr> runs_ BW_GUARDED_BY(mutex_);  // in the order of the journal
};

}  // namespace budgetwatch

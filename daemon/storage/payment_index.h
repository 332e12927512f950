#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "service/store.h"
#include "storage/sorted_runs.h"

namespace budgetwatch {

// Finds journal entries by the hash of their source and payment id. The newest
// entries are in a table in memory, the others in sorted runs; a hash that was
// never recorded is told from memory alone as long as the runs' filters fit into it.
// Different ids may share a hash, so that what is found must be compared.
//
// Memory: 2.1 bytes for each payment in the runs, 0.1 where their filters do not fit, and 16
// to 64 for each in the tables, which hold up to kSealCount each, normally.
//
// Thread-safe; Append is called by one thread at a time, and so are Seal and Merge.
class PaymentIndex {
 public:
  // Payments in memory from which on they should be made a run.
  static constexpr size_t kSealCount = 1u << 19;

  struct Entry {
    uint64_t hash = 0;
    Sequence sequence = 0;
  };

  // Errors, here and below: STORE_FAILED, DATA_DAMAGED.
  static Result<std::unique_ptr<PaymentIndex>> Open(SortedRuns::Place place);

  // The runs hold everything up to this entry; what comes later is appended anew
  // after a start.
  Sequence sealed_sequence() const { return runs_->last_sequence(); }

  // Adds the payments among the entries up to `last`.
  void Append(const std::vector<Entry>& entries, Sequence last);

  // Tells for each of `hashes` that is held in the range which of its sequences have it.
  // Any error of `found` ends the search. Append waits for a search behind
  // sealed_sequence().
  using Found = std::function<Status(size_t index, Sequence sequence)>;
  Status Find(const std::vector<uint64_t>& hashes, const SequenceRange& range,
              const Found& found) const;

  // The payments of sequences up to `last` that are held, without a booking count. Reads all
  // runs; Append waits only while what is in memory is copied.
  Result<IndexSummary> Summarize(Sequence last) const;

  // Payments held in memory.
  size_t tail_count() const;

  // Moves what is in memory into a run; a failure leaves it where it is.
  Status Seal();
  Status Merge(const std::function<Status()>& between) { return runs_->MergeDue(between); }
  size_t run_count() const { return runs_->run_count(); }
  size_t filter_bytes() const { return runs_->filter_bytes(); }

 private:
  // A hash table of entries, filled and never erased from. Hashes stand nearly in their
  // order, so that making a run of them hardly takes sorting.
  class Table {
   public:
    void Add(const Entry& entry);
    void Prefetch(uint64_t hash) const {
      if (!slots_.empty()) __builtin_prefetch(&slots_[Home(hash)]);
    }
    void Find(uint64_t hash, std::vector<uint64_t>* sequences) const;
    std::vector<IndexWord> SortedWords() const;
    size_t count() const { return count_; }

    Sequence last_sequence = 0;

    // Makes room for this many entries.
    void Reserve(size_t count);

   private:
    // Behind the homes, for what the last of them has no room for.
    static constexpr size_t kSpareSlots = 64;

    size_t Home(uint64_t hash) const { return hash >> home_shift_; }
    size_t home_count() const { return slots_.empty() ? 0 : slots_.size() - kSpareSlots; }
    void Grow();
    bool Insert(const Entry& entry);

    std::vector<Entry> slots_;  // a power of two and the spare ones; sequence 0 is empty
    int home_shift_ = 64;
    size_t count_ = 0;
  };

  // Place in the list of hashes, and a sequence that has that hash.
  using Candidates = std::vector<std::pair<size_t, uint64_t>>;

  explicit PaymentIndex(std::unique_ptr<SortedRuns> runs);

  void FindInTables(const std::vector<uint64_t>& hashes, Candidates* found) const;

  const std::unique_ptr<SortedRuns> runs_;
  mutable SharedMutex mutex_;
  Table active_ BW_GUARDED_BY(mutex_);
  std::shared_ptr<const Table> sealing_ BW_GUARDED_BY(mutex_);  // null, or on its way into a run
};

}  // namespace budgetwatch

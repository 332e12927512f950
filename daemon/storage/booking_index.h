#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "service/store.h"
#include "storage/sorted_runs.h"

namespace budgetwatch {

// Lists bookings by project and date. Each project code of a year has a number; a
// booking is a word of number, day, sequence and side. The newest are in memory, as they
// came and then as sorted pieces, the others in sorted runs.
//
// Memory: 0.1 bytes for each booking in the runs, 16 for each in the pieces, and
// about 150 for each project code of a year.
//
// Thread-safe; NumberOf, Append and AddProject are called by one thread at a time,
// and so are Sort, Seal and Merge.
class BookingIndex {
 public:
  // Bookings in memory from which on they should be made a run.
  static constexpr size_t kSealCount = 1u << 19;
  // Unsorted bookings from which on they should be sorted: every List reads them all.
  static constexpr size_t kSortCount = 1u << 12;

  struct Project {
    int fiscal_year = 0;
    std::string code;

    friend auto operator<=>(const Project&, const Project&) = default;
  };

  // Errors, here and below: STORE_FAILED, DATA_DAMAGED.
  static Result<std::unique_ptr<BookingIndex>> Open(SortedRuns::Place place);

  // Makes a project known; numbers are given from 0 without gaps. False when that
  // does not fit what is known.
  bool AddProject(Project project, uint32_t number);

  // Number of the project, or nothing for one never booked on.
  std::optional<uint32_t> NumberOf(int fiscal_year, std::string_view project_code) const;
  uint32_t project_count() const { return static_cast<uint32_t>(projects_.size()); }

  static IndexWord WordOf(uint32_t number, Date date, Sequence sequence, bool taken_from) {
    return {uint64_t{number} << 32 | (static_cast<uint32_t>(date.day_number()) ^ kSign),
            static_cast<uint64_t>(sequence) << 1 | (taken_from ? 1 : 0)};
  }

  Sequence sealed_sequence() const { return runs_->last_sequence(); }

  // Adds the bookings of the entries up to `last`.
  void Append(const std::vector<IndexWord>& words, Sequence last);

  // See Store::ListBookings.
  Result<std::vector<BookingKey>> List(const BookingRange& range,
                                       const std::optional<BookingKey>& after, size_t limit) const;

  // Bookings of sequences up to `last` that are held. Reads all runs.
  Result<int64_t> CountUpTo(Sequence last) const;

  // Bookings held in memory.
  size_t tail_count() const;

  // Of these, those that are not sorted yet.
  size_t unsorted_count() const;

  // Sorts what came, aside of the appending thread.
  void Sort();

  // Moves what is in memory into a run; a failure leaves it where it is.
  Status Seal();
  Status Merge(const std::function<Status()>& between) { return runs_->MergeDue(between); }
  size_t run_count() const { return runs_->run_count(); }

 private:
  static constexpr uint32_t kSign = uint32_t{1} << 31;
  using Piece = std::shared_ptr<const std::vector<IndexWord>>;

  explicit BookingIndex(std::unique_ptr<SortedRuns> runs);

  static BookingKey KeyOf(const Project& project, const IndexWord& word);
  Status ListProject(const Project& project, uint32_t number, const BookingRange& range,
                     const std::optional<BookingKey>& after, size_t limit,
                     std::vector<BookingKey>* keys) const;

  const std::unique_ptr<SortedRuns> runs_;
  mutable SharedMutex mutex_;
  std::map<Project, uint32_t> projects_;  // written under mutex_
  // Of the appending thread, by year and code.
  std::map<int, StringMap<uint32_t>> numbers_;
  // What is not sorted yet, in the order of its sequences.
  std::vector<IndexWord> unsorted_ BW_GUARDED_BY(mutex_);
  std::vector<Piece> active_ BW_GUARDED_BY(mutex_);   // falling sizes; changed by Sort and Seal
  std::vector<Piece> sealing_ BW_GUARDED_BY(mutex_);  // on their way into a run
  // Up to where the entries are in memory or in runs; and without what is not sorted.
  Sequence last_ BW_GUARDED_BY(mutex_) = 0;
  Sequence active_last_ BW_GUARDED_BY(mutex_) = 0;
  Sequence sealing_last_ BW_GUARDED_BY(mutex_) = 0;
};

}  // namespace budgetwatch

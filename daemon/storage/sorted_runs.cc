#include "storage/sorted_runs.h"

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/failpoint.h"
#include "storage/bloom_filter.h"
#include "storage/run_format.h"
#include "storage/run_reader.h"
#include "storage/run_writer.h"
#include "storage/status_map.h"
#include "storage/store_health.h"

namespace budgetwatch {
namespace {

// Runs of about the same size are merged when there are this many next to each
// other; a word is rewritten once for each power of it.
constexpr size_t kMergeCount = 4;

// What a merge leaves of the disk to the commits; without it merging waits.
constexpr uint64_t kMergeReserveBytes = 256u << 20;
// The same for a new run, which takes what comes in out of memory.
constexpr uint64_t kAppendReserveBytes = 16u << 20;

// Place of the first word in the block that is not below `word`.
size_t LowerBound(const rocksdb::Slice& block, const IndexWord& word) {
  size_t low = 0;
  size_t high = block.size() / sizeof(IndexWord);
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (WordAt(block, middle) < word) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

SortedRuns::SortedRuns(Place place) : place_(std::move(place)) {}
SortedRuns::~SortedRuns() = default;

Result<std::unique_ptr<SortedRuns>> SortedRuns::Open(Place place) {
  std::unique_ptr<SortedRuns> runs(new SortedRuns(std::move(place)));
  if (const Status status = runs->LoadRuns(); !status.ok()) return status.error();
  return runs;
}

Status SortedRuns::LoadRuns() {
  std::vector<RunPtr> found;
  const std::unique_ptr<rocksdb::Iterator> iterator(
      place_.db->NewIterator(rocksdb::ReadOptions(), place_.family));
  for (iterator->SeekToFirst(); iterator->Valid();
       iterator->Seek(PartKey(next_number_, 0).slice())) {
    const auto number = RunNumberOf(iterator->key());
    if (!number) return DamagedStore(place_.directory, "a key of an index run cannot be read");
    auto run = LoadRun(*number);
    if (!run.ok()) return run.error();
    found.push_back(std::move(run).value());
    next_number_ = *number + 1;
  }
  if (!iterator->status().ok()) {
    return ToStatus(iterator->status(), place_.directory, "reading the index runs");
  }
  // A merged run begins where its first part begins and reaches further.
  std::sort(found.begin(), found.end(), [](const RunPtr& a, const RunPtr& b) {
    return a->first_sequence != b->first_sequence ? a->first_sequence < b->first_sequence
                                                  : a->last_sequence > b->last_sequence;
  });
  std::vector<RunPtr> runs;
  Sequence last = 0;
  for (RunPtr& run : found) {
    if (run->last_sequence <= last) {
      // Merged before a crash kept it from being dropped.
      if (Status status = Drop(*run); !status.ok()) return status;
    } else if (run->first_sequence != last + 1) {
      return DamagedStore(place_.directory, "the index runs have a gap behind journal sequence " +
                                                std::to_string(last));
    } else {
      last = run->last_sequence;
      runs.push_back(std::move(run));
    }
  }
  return SetRuns(std::move(runs));
}

std::vector<SortedRuns::RunPtr> SortedRuns::runs() const {
  const ReaderLock lock(mutex_);
  return runs_;
}

// Gives the filters to the newest runs for which there is room.
Status SortedRuns::SetRuns(std::vector<RunPtr> runs) {
  size_t left = place_.filter_bytes;
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    const size_t bytes = BloomFilter::BytesFor(static_cast<size_t>((*run)->word_count));
    FilterPtr filter = (*run)->filter;
    if (bytes > left) {
      filter.reset();
    } else if (filter == nullptr) {
      auto loaded = LoadFilter(**run);
      if (!loaded.ok()) return loaded.error();
      filter = std::move(loaded).value();
    }
    if (filter != nullptr) left -= bytes;
    if (filter == (*run)->filter) continue;
    auto changed = std::make_shared<IndexRun>(**run);
    changed->filter = std::move(filter);
    *run = std::move(changed);
  }
  const WriterLock lock(mutex_);
  runs_ = std::move(runs);
  return {};
}

Error SortedRuns::Unreadable(uint64_t number) const {
  return DamagedStore(place_.directory, "index run " + std::to_string(number) + " of " +
                                            place_.family->GetName() + " cannot be read");
}

Result<SortedRuns::RunPtr> SortedRuns::LoadRun(uint64_t number) const {
  rocksdb::PinnableSlice trailer;
  const Status status = ReadPart(number, kTrailerPart, &trailer);
  if (!status.ok()) return status.error();
  TrailerHead head;
  if (trailer.size() < sizeof head) return Unreadable(number);
  std::memcpy(&head, trailer.data(), sizeof head);
  if (head.first_sequence < 1 || head.last_sequence < head.first_sequence) {
    return Unreadable(number);
  }
  const size_t blocks = BlockCount(head.word_count);
  if (trailer.size() != sizeof head + blocks * sizeof(IndexWord)) return Unreadable(number);
  auto run = std::make_shared<IndexRun>();
  run->number = number;
  run->first_sequence = head.first_sequence;
  run->last_sequence = head.last_sequence;
  run->word_count = head.word_count;
  run->first_words.resize(blocks);
  std::memcpy(run->first_words.data(), trailer.data() + sizeof head, blocks * sizeof(IndexWord));
  return RunPtr(run);
}

// Null when the run was written without one.
Result<SortedRuns::FilterPtr> SortedRuns::LoadFilter(const IndexRun& run) const {
  const auto filter = std::make_shared<BloomFilter>(static_cast<size_t>(run.word_count));
  const size_t filter_bytes = filter->bytes().size();
  size_t filled = 0;
  for (uint32_t part = kFirstFilterPart; filled < filter_bytes; ++part) {
    rocksdb::PinnableSlice piece;
    const Status status = ReadPart(run.number, part, &piece);
    if (!status.ok()) return status.error();
    if (piece.empty() && filled == 0) return FilterPtr();
    if (piece.empty() || !filter->Replace(filled, piece.ToStringView())) {
      return Unreadable(run.number);
    }
    filled += piece.size();
  }
  return FilterPtr(filter);
}

Sequence SortedRuns::last_sequence() const {
  const ReaderLock lock(mutex_);
  return runs_.empty() ? 0 : runs_.back()->last_sequence;
}

size_t SortedRuns::run_count() const {
  const ReaderLock lock(mutex_);
  return runs_.size();
}

size_t SortedRuns::filter_bytes() const {
  const ReaderLock lock(mutex_);
  size_t bytes = 0;
  for (const RunPtr& run : runs_) bytes += run->filter ? run->filter->bytes().size() : 0;
  return bytes;
}

Status SortedRuns::Append(Sequence last, const std::vector<IndexWord>& words) {
  const Sequence first = last_sequence() + 1;
  BW_CHECK(last >= first);
  if (!HasRoomFor(words.size(), kAppendReserveBytes)) {
    return Refusal(Reason::kStoreFailed, "",
                   "the disk is full: there is no room for an index run in " + place_.directory +
                       "; make room: it is tried again, and recording goes on by itself");
  }
  const uint64_t number = next_number_++;
  RunWriter writer(place_, number, words.size());
  if (Status status = writer.Open(); !status.ok()) return status;
  for (const IndexWord& word : words) {
    if (Status status = writer.Add(word); !status.ok()) return status;
  }
  if (Status status = writer.Finish(first, last); !status.ok()) return status;
  auto run = LoadRun(number);
  if (!run.ok()) return run.error();
  std::vector<RunPtr> changed = runs();
  changed.push_back(std::move(run).value());
  return SetRuns(std::move(changed));
}

Result<std::vector<RunReader>> SortedRuns::StartReaders(const std::vector<RunPtr>& runs) const {
  std::vector<RunReader> readers;
  for (const RunPtr& run : runs) {
    readers.emplace_back(place_, run);
    if (const Status status = readers.back().Start(); !status.ok()) return status.error();
  }
  return readers;
}

Result<Sequence> SortedRuns::VisitAll(const std::function<void(const IndexWord&)>& visit) const {
  std::vector<RunReader> readers;
  Sequence last = 0;
  {
    const ReaderLock lock(mutex_);
    auto started = StartReaders(runs_);
    if (!started.ok()) return started.error();
    readers = std::move(started).value();
    if (!runs_.empty()) last = runs_.back()->last_sequence;
  }
  for (RunReader& reader : readers) {
    while (!reader.done()) {
      visit(reader.word());
      if (const Status status = reader.Next(); !status.ok()) return status.error();
    }
  }
  return last;
}

Status SortedRuns::VisitInOrder(const More& more, const VisitWord& visit) const {
  std::vector<RunReader> readers;
  std::vector<IndexWord> newer;
  {
    const ReaderLock lock(mutex_);
    auto started = StartReaders(runs_);
    if (!started.ok()) return started.error();
    readers = std::move(started).value();
    newer = more(runs_.empty() ? 0 : runs_.back()->last_sequence);
  }
  auto next_newer = newer.begin();
  while (true) {
    RunReader* lowest = RunReader::Lowest(&readers);
    if (next_newer != newer.end() && (lowest == nullptr || *next_newer < lowest->word())) {
      visit(*next_newer++, true);
      continue;
    }
    if (lowest == nullptr) break;
    visit(lowest->word(), lowest->can_be_found());
    if (Status status = lowest->Next(); !status.ok()) return status;
  }
  for (RunReader& reader : readers) {
    if (Status status = reader.ReadRest(); !status.ok()) return status;
  }
  return {};
}

// Without those that begin with a run that was passed over.
std::vector<SortedRuns::RunPtr> SortedRuns::RunsToMerge(
    const std::set<uint64_t>& passed_over) const {
  const ReaderLock lock(mutex_);
  const auto size_class = [](const RunPtr& run) {
    return std::bit_width(std::max<uint64_t>(1, run->word_count)) / std::bit_width(kMergeCount - 1);
  };
  // From the newest on: the run of runs whose sizes do not rise above the newest's.
  for (size_t begin = 0; begin + kMergeCount <= runs_.size(); ++begin) {
    const auto first = runs_.begin() + static_cast<ptrdiff_t>(begin);
    const auto last = first + static_cast<ptrdiff_t>(kMergeCount);
    if (passed_over.contains((*first)->number)) continue;
    const bool alike = std::all_of(
        first, last, [&](const RunPtr& run) { return size_class(run) <= size_class(*first); });
    if (alike && size_class(*(last - 1)) == size_class(*first)) return {first, last};
  }
  return {};
}

bool SortedRuns::HasRoomFor(uint64_t word_count, uint64_t reserve_bytes) const {
  const uint64_t bytes = word_count * sizeof(IndexWord) +
                         BloomFilter::BytesFor(static_cast<size_t>(word_count)) + reserve_bytes;
  uint64_t free_bytes = 0;
  const rocksdb::Status known = place_.db->GetEnv()->GetFreeSpace(place_.directory, &free_bytes);
  return !known.ok() || free_bytes >= bytes;
}

Status SortedRuns::MergeDue(const std::function<Status()>& between) {
  Status result;
  std::set<uint64_t> passed_over;
  while (true) {
    const std::vector<RunPtr> old = RunsToMerge(passed_over);
    if (old.empty()) return result;
    // The parts stay until the merged run is there.
    uint64_t word_count = 0;
    for (const RunPtr& run : old) word_count += run->word_count;
    Status status;
    const bool has_room = HasRoomFor(word_count, kMergeReserveBytes);
    if (has_room) status = MergeRuns(old, between);
    if (!has_room || !status.ok()) passed_over.insert(old.front()->number);
    if (status.ok()) continue;
    if (status.error().reason == ReasonName(Reason::kShuttingDown)) return status;
    if (result.ok()) result = std::move(status);
  }
}

Status SortedRuns::MergeRuns(const std::vector<RunPtr>& old,
                             const std::function<Status()>& between) {
  auto merged = Merge(old, between);
  if (!merged.ok()) return merged.error();
  std::vector<RunPtr> changed = runs();
  // By number: one may have lost its filter meanwhile.
  const auto position = std::find_if(changed.begin(), changed.end(), [&old](const RunPtr& run) {
    return run->number == old.front()->number;
  });
  BW_CHECK(position != changed.end());
  *position = std::move(merged).value();
  changed.erase(position + 1, position + static_cast<ptrdiff_t>(old.size()));
  if (Status status = SetRuns(std::move(changed)); !status.ok()) return status;
  BW_FAILPOINT("after_merge");
  // Readers hold the lock while they read, so nobody is in these any more.
  for (const RunPtr& run : old) {
    if (Status status = Drop(*run); !status.ok()) return status;
  }
  return {};
}

Result<SortedRuns::RunPtr> SortedRuns::Merge(const std::vector<RunPtr>& runs,
                                             const std::function<Status()>& between) {
  constexpr uint64_t kWordsBetween = 1u << 16;
  uint64_t word_count = 0;
  for (const RunPtr& run : runs) word_count += run->word_count;
  auto readers = StartReaders(runs);
  if (!readers.ok()) return readers.error();
  const uint64_t number = next_number_++;
  RunWriter writer(place_, number, word_count);
  if (const Status status = writer.Open(); !status.ok()) return status.error();
  for (uint64_t i = 0; i < word_count; ++i) {
    RunReader* lowest = RunReader::Lowest(&readers.value());
    BW_CHECK(lowest != nullptr);
    if (const Status status = writer.Add(lowest->word()); !status.ok()) return status.error();
    if (const Status status = lowest->Next(); !status.ok()) return status.error();
    if (i % kWordsBetween == kWordsBetween - 1) {
      if (const Status status = between(); !status.ok()) return status.error();
    }
  }
  const Status status = writer.Finish(runs.front()->first_sequence, runs.back()->last_sequence);
  if (!status.ok()) return status.error();
  return LoadRun(number);
}

Status SortedRuns::Drop(const IndexRun& run) {
  const PartKey begin(run.number, 0);
  const PartKey end(run.number, kTrailerPart);
  const rocksdb::Slice first = begin.slice();
  const rocksdb::Slice last = end.slice();
  return place_.health->Change(
      [&] { return rocksdb::DeleteFilesInRange(place_.db, place_.family, &first, &last); },
      "dropping an index run");
}

// Empty when it is missing.
Status SortedRuns::ReadPart(uint64_t number, uint32_t part, rocksdb::PinnableSlice* bytes) const {
  const rocksdb::Status status =
      place_.db->Get(rocksdb::ReadOptions(), place_.family, PartKey(number, part).slice(), bytes);
  if (status.IsNotFound()) return {};
  return ToStatus(status, place_.directory, "reading an index run");
}

Status SortedRuns::ReadBlock(const IndexRun& run, size_t block,
                             rocksdb::PinnableSlice* bytes) const {
  Status status = ReadPart(run.number, static_cast<uint32_t>(block), bytes);
  return status.ok() ? CheckBlock(place_, run, block, bytes->size()) : status;
}

Status SortedRuns::FindInRun(const IndexRun& run, uint64_t high, size_t index,
                             const Found& found) const {
  const IndexWord wanted{high, 0};
  for (size_t block = run.BlockOf(wanted); block < run.first_words.size(); ++block) {
    if (run.first_words[block].high > high) break;
    rocksdb::PinnableSlice bytes;
    if (Status status = ReadBlock(run, block, &bytes); !status.ok()) return status;
    const size_t count = bytes.size() / sizeof(IndexWord);
    for (size_t i = LowerBound(bytes, wanted); i < count; ++i) {
      const IndexWord word = WordAt(bytes, i);
      if (word.high != high) break;
      found(index, word.low);
    }
  }
  return {};
}

Status SortedRuns::Find(const std::vector<uint64_t>& highs, const SequenceRange& range,
                        const Found& found) const {
  // Enough at a time to overlap the waits for memory, and few enough to stay cached.
  constexpr size_t kGroup = 64;
  const ReaderLock lock(mutex_);
  for (size_t begin = 0; begin < highs.size(); begin += kGroup) {
    const size_t end = std::min(highs.size(), begin + kGroup);
    for (const RunPtr& run : runs_) {
      if (run->last_sequence <= range.after || run->first_sequence > range.up_to) continue;
      if (run->filter) {
        for (size_t i = begin; i < end; ++i) run->filter->Prefetch(highs[i]);
      }
      for (size_t i = begin; i < end; ++i) {
        if (run->filter && !run->filter->MayContain(highs[i])) continue;
        if (Status status = FindInRun(*run, highs[i], i, found); !status.ok()) return status;
      }
    }
  }
  return {};
}

Status SortedRuns::Scan(const IndexWord& first, const IndexWord& last, size_t limit,
                        std::vector<IndexWord>* words) const {
  const ReaderLock lock(mutex_);
  for (const RunPtr& run : runs_) {
    size_t left = limit;
    for (size_t block = run->BlockOf(first); block < run->first_words.size() && left > 0; ++block) {
      if (run->first_words[block] > last) break;
      rocksdb::PinnableSlice bytes;
      if (Status status = ReadBlock(*run, block, &bytes); !status.ok()) return status;
      const size_t count = bytes.size() / sizeof(IndexWord);
      for (size_t i = LowerBound(bytes, first); i < count && left > 0; ++i, --left) {
        const IndexWord word = WordAt(bytes, i);
        if (word > last) break;
        words->push_back(word);
      }
    }
  }
  return {};
}

}  // namespace budgetwatch

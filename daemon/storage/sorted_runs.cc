#include "storage/sorted_runs.h"

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/failpoint.h"
#include "storage/bloom_filter.h"
#include "storage/run_format.h"
#include "storage/run_writer.h"
#include "storage/status_map.h"
#include "storage/store_health.h"

namespace budgetwatch {
namespace {

// Runs of about the same size are merged when there are this many next to each
// other; a word is rewritten once for each power of it.
constexpr size_t kMergeCount = 4;

IndexWord WordAt(const rocksdb::Slice& block, size_t index) {
  IndexWord word;
  std::memcpy(&word, block.data() + index * sizeof word, sizeof word);
  return word;
}

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

struct SortedRuns::Run {
  uint64_t number = 0;
  Sequence first_sequence = 0;
  Sequence last_sequence = 0;
  uint64_t word_count = 0;
  std::vector<IndexWord> first_words;  // of each block
  std::optional<BloomFilter> filter;

  // The block in which the first word not below `word` is, if any is.
  size_t BlockOf(const IndexWord& word) const {
    const auto position = std::upper_bound(first_words.begin(), first_words.end(), word);
    return position == first_words.begin()
               ? 0
               : static_cast<size_t>(position - first_words.begin()) - 1;
  }
};

// Reads one run from its first word to its last.
class SortedRuns::Reader {
 public:
  Reader(const SortedRuns& runs, const Run& run) : runs_(runs), run_(run) {}

  Status Start() { return Load(); }
  bool done() const { return block_ == run_.first_words.size(); }
  const IndexWord& word() const { return word_; }

  Status Next() {
    if (++index_ < count_) {
      word_ = WordAt(bytes_, index_);
      return {};
    }
    ++block_;
    return Load();
  }

 private:
  Status Load() {
    if (done()) return {};
    bytes_.Reset();
    if (Status status = runs_.ReadBlock(run_, block_, &bytes_); !status.ok()) return status;
    count_ = bytes_.size() / sizeof(IndexWord);
    index_ = 0;
    word_ = WordAt(bytes_, 0);
    return {};
  }

  const SortedRuns& runs_;
  const Run& run_;
  rocksdb::PinnableSlice bytes_;
  size_t block_ = 0;
  size_t index_ = 0;
  size_t count_ = 0;
  IndexWord word_;
};

SortedRuns::SortedRuns(Place place) : place_(std::move(place)) {}
SortedRuns::~SortedRuns() = default;

Result<std::unique_ptr<SortedRuns>> SortedRuns::Open(Place place) {
  std::unique_ptr<SortedRuns> runs(new SortedRuns(std::move(place)));
  if (const Status status = runs->LoadRuns(); !status.ok()) return status.error();
  return runs;
}

Status SortedRuns::LoadRuns() {
  const WriterLock lock(mutex_);
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
      runs_.push_back(std::move(run));
    }
  }
  return {};
}

Result<SortedRuns::RunPtr> SortedRuns::LoadRun(uint64_t number) const {
  const auto damaged = [&] {
    return DamagedStore(place_.directory, "index run " + std::to_string(number) + " of " +
                                              place_.family->GetName() + " cannot be read");
  };
  const auto read = [&](uint32_t part, rocksdb::PinnableSlice* value) {
    return ToStatus(
        place_.db->Get(rocksdb::ReadOptions(), place_.family, PartKey(number, part).slice(), value),
        place_.directory, "reading an index run");
  };
  rocksdb::PinnableSlice trailer;
  if (const Status status = read(kTrailerPart, &trailer); !status.ok()) return status.error();
  TrailerHead head;
  if (trailer.size() < sizeof head) return damaged();
  std::memcpy(&head, trailer.data(), sizeof head);
  if (head.first_sequence < 1 || head.last_sequence < head.first_sequence) return damaged();
  const size_t blocks = BlockCount(head.word_count);
  if (trailer.size() != sizeof head + blocks * sizeof(IndexWord)) return damaged();
  auto run = std::make_shared<Run>();
  run->number = number;
  run->first_sequence = head.first_sequence;
  run->last_sequence = head.last_sequence;
  run->word_count = head.word_count;
  run->first_words.resize(blocks);
  std::memcpy(run->first_words.data(), trailer.data() + sizeof head, blocks * sizeof(IndexWord));
  if (!place_.filtered) return RunPtr(run);
  run->filter.emplace(static_cast<size_t>(head.word_count));
  const size_t filter_bytes = run->filter->bytes().size();
  size_t filled = 0;
  for (uint32_t part = kFirstFilterPart; filled < filter_bytes; ++part) {
    rocksdb::PinnableSlice piece;
    if (const Status status = read(part, &piece); !status.ok()) return status.error();
    if (piece.empty() || !run->filter->Replace(filled, piece.ToStringView())) return damaged();
    filled += piece.size();
  }
  return RunPtr(run);
}

Sequence SortedRuns::last_sequence() const {
  const ReaderLock lock(mutex_);
  return runs_.empty() ? 0 : runs_.back()->last_sequence;
}

size_t SortedRuns::run_count() const {
  const ReaderLock lock(mutex_);
  return runs_.size();
}

Status SortedRuns::Append(Sequence last, const std::vector<IndexWord>& words) {
  const Sequence first = last_sequence() + 1;
  BW_CHECK(last >= first);
  const uint64_t number = next_number_++;
  RunWriter writer(place_, number, words.size());
  if (Status status = writer.Open(); !status.ok()) return status;
  for (const IndexWord& word : words) {
    if (Status status = writer.Add(word); !status.ok()) return status;
  }
  if (Status status = writer.Finish(first, last); !status.ok()) return status;
  auto run = LoadRun(number);
  if (!run.ok()) return run.error();
  const WriterLock lock(mutex_);
  runs_.push_back(std::move(run).value());
  return {};
}

Result<Sequence> SortedRuns::VisitAll(const std::function<void(const IndexWord&)>& visit) const {
  const ReaderLock lock(mutex_);
  for (const RunPtr& run : runs_) {
    Reader reader(*this, *run);
    for (Status status = reader.Start(); !reader.done(); status = reader.Next()) {
      if (!status.ok()) return status.error();
      visit(reader.word());
    }
  }
  return runs_.empty() ? 0 : runs_.back()->last_sequence;
}

std::vector<SortedRuns::RunPtr> SortedRuns::RunsToMerge() const {
  const ReaderLock lock(mutex_);
  const auto size_class = [](const RunPtr& run) {
    return std::bit_width(std::max<uint64_t>(1, run->word_count)) / std::bit_width(kMergeCount - 1);
  };
  // From the newest on: the run of runs whose sizes do not rise above the newest's.
  for (size_t begin = 0; begin + kMergeCount <= runs_.size(); ++begin) {
    const auto first = runs_.begin() + static_cast<ptrdiff_t>(begin);
    const auto last = first + static_cast<ptrdiff_t>(kMergeCount);
    const bool alike = std::all_of(
        first, last, [&](const RunPtr& run) { return size_class(run) <= size_class(*first); });
    if (alike && size_class(*(last - 1)) == size_class(*first)) return {first, last};
  }
  return {};
}

Status SortedRuns::MergeDue(const std::function<Status()>& between) {
  while (true) {
    const std::vector<RunPtr> old = RunsToMerge();
    if (old.empty()) return {};
    auto merged = Merge(old, between);
    if (!merged.ok()) return merged.error();
    {
      const WriterLock lock(mutex_);
      const auto position = std::find(runs_.begin(), runs_.end(), old.front());
      *position = std::move(merged).value();
      runs_.erase(position + 1, position + static_cast<ptrdiff_t>(old.size()));
    }
    BW_FAILPOINT("after_merge");
    // Readers hold the lock while they read, so nobody is in these any more.
    for (const RunPtr& run : old) {
      if (Status status = Drop(*run); !status.ok()) return status;
    }
  }
}

Result<SortedRuns::RunPtr> SortedRuns::Merge(const std::vector<RunPtr>& runs,
                                             const std::function<Status()>& between) {
  constexpr uint64_t kWordsBetween = 1u << 16;
  uint64_t word_count = 0;
  std::vector<Reader> readers;
  for (const RunPtr& run : runs) {
    word_count += run->word_count;
    readers.emplace_back(*this, *run);
    if (const Status status = readers.back().Start(); !status.ok()) return status.error();
  }
  const uint64_t number = next_number_++;
  RunWriter writer(place_, number, word_count);
  if (const Status status = writer.Open(); !status.ok()) return status.error();
  for (uint64_t i = 0; i < word_count; ++i) {
    Reader* lowest = nullptr;
    for (Reader& reader : readers) {
      if (!reader.done() && (lowest == nullptr || reader.word() < lowest->word())) lowest = &reader;
    }
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

Status SortedRuns::Drop(const Run& run) {
  const PartKey begin(run.number, 0);
  const PartKey end(run.number, kTrailerPart);
  const rocksdb::Slice first = begin.slice();
  const rocksdb::Slice last = end.slice();
  return place_.health->Change(
      [&] { return rocksdb::DeleteFilesInRange(place_.db, place_.family, &first, &last); },
      "dropping an index run");
}

Status SortedRuns::ReadBlock(const Run& run, size_t block, rocksdb::PinnableSlice* bytes) const {
  const rocksdb::Status status =
      place_.db->Get(rocksdb::ReadOptions(), place_.family,
                     PartKey(run.number, static_cast<uint32_t>(block)).slice(), bytes);
  if (!status.ok() && !status.IsNotFound()) {
    return ToStatus(status, place_.directory, "reading an index run");
  }
  const bool last = block + 1 == run.first_words.size();
  const size_t words =
      last ? static_cast<size_t>(run.word_count - block * kWordsPerBlock) : kWordsPerBlock;
  if (status.IsNotFound() || bytes->size() != words * sizeof(IndexWord)) {
    return DamagedStore(place_.directory, "block " + std::to_string(block) + " of index run " +
                                              std::to_string(run.number) + " is missing");
  }
  return {};
}

Status SortedRuns::FindInRun(const Run& run, uint64_t high, size_t index,
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

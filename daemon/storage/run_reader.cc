#include "storage/run_reader.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <utility>

#include "storage/bloom_filter.h"
#include "storage/run_format.h"
#include "storage/status_map.h"

namespace budgetwatch {

size_t IndexRun::BlockOf(const IndexWord& word) const {
  const auto position = std::upper_bound(first_words.begin(), first_words.end(), word);
  return position == first_words.begin() ? 0
                                         : static_cast<size_t>(position - first_words.begin()) - 1;
}

Status CheckBlock(const SortedRuns::Place& place, const IndexRun& run, size_t block, size_t size) {
  const bool last = block + 1 == run.first_words.size();
  const size_t words =
      last ? static_cast<size_t>(run.word_count - block * kWordsPerBlock) : kWordsPerBlock;
  if (size == words * sizeof(IndexWord)) return {};
  return DamagedStore(place.directory, "block " + std::to_string(block) + " of index run " +
                                           std::to_string(run.number) + " is missing");
}

RunReader::RunReader(const SortedRuns::Place& place, std::shared_ptr<const IndexRun> run)
    : place_(&place),
      run_(std::move(run)),
      iterator_(place.db->NewIterator(rocksdb::ReadOptions(), place.family)) {}

RunReader::RunReader(RunReader&& other) noexcept = default;
RunReader::~RunReader() = default;

Status RunReader::Start() {
  iterator_->Seek(PartKey(run_->number, 0).slice());
  return Load();
}

RunReader* RunReader::Lowest(std::vector<RunReader>* readers) {
  RunReader* lowest = nullptr;
  for (RunReader& reader : *readers) {
    if (!reader.done() && (lowest == nullptr || reader.word() < lowest->word())) lowest = &reader;
  }
  return lowest;
}

bool RunReader::can_be_found() const {
  return in_order_ && (!run_->filter || run_->filter->MayContain(word_.high));
}

Status RunReader::Next() {
  if (++index_ < count_) {
    const IndexWord before = std::exchange(word_, WordAt(iterator_->value(), index_));
    if (!(before < word_)) in_order_ = false;
    return {};
  }
  ++block_;
  iterator_->Next();
  return Load();
}

Status RunReader::ReadRest() {
  const PartKey trailer(run_->number, kTrailerPart);
  while (iterator_->Valid() && iterator_->key().compare(trailer.slice()) < 0) iterator_->Next();
  return Check();
}

Status RunReader::Check() const {
  return ToStatus(iterator_->status(), place_->directory, "reading an index run");
}

Status RunReader::Load() {
  if (done()) return {};
  if (Status status = Check(); !status.ok()) return status;
  const PartKey key(run_->number, static_cast<uint32_t>(block_));
  const bool there = iterator_->Valid() && iterator_->key() == key.slice();
  const size_t size = there ? iterator_->value().size() : 0;
  if (Status status = CheckBlock(*place_, *run_, block_, size); !status.ok()) return status;
  count_ = size / sizeof(IndexWord);
  index_ = 0;
  word_ = WordAt(iterator_->value(), 0);
  in_order_ = word_ == run_->first_words[block_];
  return {};
}

}  // namespace budgetwatch

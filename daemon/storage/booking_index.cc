#include "storage/booking_index.h"

#include <algorithm>
#include <iterator>

namespace budgetwatch {
namespace {

using Words = std::vector<IndexWord>;

size_t CountOf(const std::vector<std::shared_ptr<const Words>>& pieces) {
  size_t count = 0;
  for (const auto& piece : pieces) count += piece->size();
  return count;
}

// Appends up to `limit` words of [first, last].
void CopyRange(const Words& sorted, const IndexWord& first, const IndexWord& last, size_t limit,
               Words* words) {
  for (auto position = std::lower_bound(sorted.begin(), sorted.end(), first);
       position != sorted.end() && *position <= last && limit > 0; ++position, --limit) {
    words->push_back(*position);
  }
}

std::shared_ptr<const Words> MergePieces(const std::shared_ptr<const Words>& a,
                                         const std::shared_ptr<const Words>& b) {
  auto merged = std::make_shared<Words>(a->size() + b->size());
  std::merge(a->begin(), a->end(), b->begin(), b->end(), merged->begin());
  return merged;
}

}  // namespace

BookingIndex::BookingIndex(std::unique_ptr<SortedRuns> runs) : runs_(std::move(runs)) {}

Result<std::unique_ptr<BookingIndex>> BookingIndex::Open(SortedRuns::Place place) {
  auto runs = SortedRuns::Open(std::move(place));
  if (!runs.ok()) return runs.error();
  return std::unique_ptr<BookingIndex>(new BookingIndex(std::move(runs).value()));
}

bool BookingIndex::AddProject(Project project, uint32_t number) {
  if (number != project_count()) return false;
  numbers_[project.fiscal_year].emplace(project.code, number);
  const WriterLock lock(mutex_);
  return projects_.emplace(std::move(project), number).second;
}

std::optional<uint32_t> BookingIndex::NumberOf(int fiscal_year,
                                               std::string_view project_code) const {
  const auto year = numbers_.find(fiscal_year);
  if (year == numbers_.end()) return std::nullopt;
  const auto position = year->second.find(project_code);
  if (position == year->second.end()) return std::nullopt;
  return position->second;
}

void BookingIndex::Append(const Words& words, Sequence last) {
  const WriterLock lock(mutex_);
  unsorted_.insert(unsorted_.end(), words.begin(), words.end());
  last_ = last;
}

void BookingIndex::Sort() {
  Words words;
  std::vector<Piece> sorted;
  Sequence last = 0;
  {
    const ReaderLock lock(mutex_);
    if (unsorted_.empty()) return;
    words = unsorted_;
    sorted = active_;
    last = last_;
  }
  // Readers find them unsorted until they are in a piece.
  const auto count = static_cast<ptrdiff_t>(words.size());
  std::sort(words.begin(), words.end());
  Piece piece = std::make_shared<const Words>(std::move(words));
  // Pieces of similar sizes become one, so that there are few of them.
  while (!sorted.empty() && sorted.back()->size() <= 2 * piece->size()) {
    piece = MergePieces(sorted.back(), piece);
    sorted.pop_back();
  }
  sorted.push_back(std::move(piece));
  const WriterLock lock(mutex_);
  active_ = std::move(sorted);
  active_last_ = last;
  unsorted_.erase(unsorted_.begin(), unsorted_.begin() + count);
}

BookingKey BookingIndex::KeyOf(const Project& project, const IndexWord& word) {
  return {project.fiscal_year, project.code,
          Date::FromDayNumber(static_cast<int32_t>(static_cast<uint32_t>(word.high) ^ kSign)),
          static_cast<Sequence>(word.low >> 1), (word.low & 1) != 0};
}

Status BookingIndex::ListProject(const Project& project, uint32_t number, const BookingRange& range,
                                 const std::optional<BookingKey>& after, size_t limit,
                                 std::vector<BookingKey>* keys) const {
  IndexWord first = WordOf(number, range.first, 0, false);
  const IndexWord last{WordOf(number, range.last, 0, false).high, UINT64_MAX};
  if (after && after->project_code == project.code) {
    IndexWord behind = WordOf(number, after->date, after->sequence, after->taken_from);
    ++behind.low;
    first = std::max(first, behind);
  }
  Words words;
  {
    const ReaderLock lock(mutex_);
    for (const auto* pieces : {&active_, &sealing_}) {
      for (const Piece& piece : *pieces) CopyRange(*piece, first, last, limit, &words);
    }
    std::copy_if(unsorted_.begin(), unsorted_.end(), std::back_inserter(words),
                 [&](const IndexWord& word) { return first <= word && word <= last; });
  }
  // Pieces before runs: what moves meanwhile is then found twice, not missed.
  if (Status status = runs_->Scan(first, last, limit, &words); !status.ok()) return status;
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  if (words.size() > limit) words.resize(limit);
  for (const IndexWord& word : words) keys->push_back(KeyOf(project, word));
  return {};
}

Result<std::vector<BookingKey>> BookingIndex::List(const BookingRange& range,
                                                   const std::optional<BookingKey>& after,
                                                   size_t limit) const {
  std::vector<BookingKey> keys;
  Project next{range.fiscal_year, range.project_code.value_or("")};
  if (after && after->project_code > next.code) next.code = after->project_code;
  while (keys.size() < limit) {
    std::pair<Project, uint32_t> found;
    {
      const ReaderLock lock(mutex_);
      const auto position = projects_.lower_bound(next);
      if (position == projects_.end() || position->first.fiscal_year != range.fiscal_year) break;
      found = *position;
    }
    if (range.project_code && found.first.code != *range.project_code) break;
    Status status =
        ListProject(found.first, found.second, range, after, limit - keys.size(), &keys);
    if (!status.ok()) return status.error();
    next = std::move(found.first);
    next.code.push_back('\0');  // the lowest code behind this one
  }
  return keys;
}

Result<int64_t> BookingIndex::CountUpTo(Sequence last) const {
  const auto sequence_of = [](const IndexWord& word) {
    return static_cast<Sequence>(word.low >> 1);
  };
  // Pieces before runs: what moves meanwhile is in both, and told by its sequence.
  std::vector<Piece> in_memory;
  {
    const ReaderLock lock(mutex_);
    in_memory = active_;
    in_memory.insert(in_memory.end(), sealing_.begin(), sealing_.end());
    in_memory.push_back(std::make_shared<const Words>(unsorted_));
  }
  int64_t count = 0;
  const auto sealed = runs_->VisitAll([&](const IndexWord& word) {
    if (sequence_of(word) <= last) ++count;
  });
  if (!sealed.ok()) return sealed.error();
  for (const Piece& piece : in_memory) {
    for (const IndexWord& word : *piece) {
      if (sequence_of(word) > sealed.value() && sequence_of(word) <= last) ++count;
    }
  }
  return count;
}

size_t BookingIndex::tail_count() const {
  const ReaderLock lock(mutex_);
  return CountOf(active_) + CountOf(sealing_) + unsorted_.size();
}

size_t BookingIndex::unsorted_count() const {
  const ReaderLock lock(mutex_);
  return unsorted_.size();
}

Status BookingIndex::Seal() {
  Sort();
  std::vector<Piece> pieces;
  Sequence last = 0;
  {
    const WriterLock lock(mutex_);
    if (sealing_.empty()) {
      if (active_.empty()) return {};
      sealing_ = std::exchange(active_, {});
      sealing_last_ = active_last_;
    }
    pieces = sealing_;  // what an earlier failure left comes first
    last = sealing_last_;
  }
  while (pieces.size() > 1) {
    const Piece merged = MergePieces(pieces[pieces.size() - 2], pieces.back());
    pieces.pop_back();
    pieces.back() = merged;
  }
  Status status = runs_->Append(last, *pieces.front());
  if (!status.ok()) return status;
  const WriterLock lock(mutex_);
  sealing_.clear();
  return {};
}

}  // namespace budgetwatch

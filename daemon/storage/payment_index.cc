#include "storage/payment_index.h"

#include <algorithm>
#include <bit>
#include <optional>

namespace budgetwatch {

// False when there is no room behind its home.
bool PaymentIndex::Table::Insert(const Entry& entry) {
  for (size_t slot = Home(entry.hash); slot < slots_.size(); ++slot) {
    if (slots_[slot].sequence != 0) continue;
    slots_[slot] = entry;
    return true;
  }
  return false;
}

void PaymentIndex::Table::Reserve(size_t count) {
  while (2 * count > home_count()) Grow();
}

void PaymentIndex::Table::Grow() {
  constexpr size_t kFirstHomes = 1024;
  const std::vector<Entry> old = std::move(slots_);
  size_t homes = old.empty() ? kFirstHomes : 2 * (old.size() - kSpareSlots);
  for (bool fits = false; !fits; homes *= 2) {
    slots_.assign(homes + kSpareSlots, Entry());
    home_shift_ = 64 - std::countr_zero(homes);
    fits = std::all_of(old.begin(), old.end(),
                       [this](const Entry& entry) { return entry.sequence == 0 || Insert(entry); });
  }
}

void PaymentIndex::Table::Add(const Entry& entry) {
  // At most half full, so that a search for an absent hash soon meets a gap.
  Reserve(count_ + 1);
  while (!Insert(entry)) Grow();
  ++count_;
}

void PaymentIndex::Table::Find(uint64_t hash, std::vector<uint64_t>* sequences) const {
  if (slots_.empty()) return;
  for (size_t slot = Home(hash); slot < slots_.size() && slots_[slot].sequence != 0; ++slot) {
    if (slots_[slot].hash == hash) {
      sequences->push_back(static_cast<uint64_t>(slots_[slot].sequence));
    }
  }
}

std::vector<IndexWord> PaymentIndex::Table::SortedWords() const {
  std::vector<IndexWord> words;
  words.reserve(count_);
  for (const Entry& entry : slots_) {
    if (entry.sequence == 0) continue;
    const IndexWord word{entry.hash, static_cast<uint64_t>(entry.sequence)};
    auto place = words.end();
    while (place != words.begin() && word < *(place - 1)) --place;
    words.insert(place, word);
  }
  return words;
}

PaymentIndex::PaymentIndex(std::unique_ptr<SortedRuns> runs) : runs_(std::move(runs)) {}

Result<std::unique_ptr<PaymentIndex>> PaymentIndex::Open(SortedRuns::Place place) {
  auto runs = SortedRuns::Open(std::move(place));
  if (!runs.ok()) return runs.error();
  return std::unique_ptr<PaymentIndex>(new PaymentIndex(std::move(runs).value()));
}

void PaymentIndex::Append(const std::vector<Entry>& entries, Sequence last) {
  const WriterLock lock(mutex_);
  for (const Entry& entry : entries) active_.Add(entry);
  active_.last_sequence = last;
}

void PaymentIndex::FindInTables(const std::vector<uint64_t>& hashes, Candidates* found) const {
  constexpr size_t kAhead = 16;  // hashes whose slots are being loaded
  std::vector<uint64_t> sequences;
  const ReaderLock lock(mutex_);
  const Table* tables[] = {&active_, sealing_.get()};
  for (const Table* table : tables) {
    if (table == nullptr || table->count() == 0) continue;
    for (size_t i = 0; i < hashes.size(); ++i) {
      if (i + kAhead < hashes.size()) table->Prefetch(hashes[i + kAhead]);
      sequences.clear();
      table->Find(hashes[i], &sequences);
      for (const uint64_t sequence : sequences) found->emplace_back(i, sequence);
    }
  }
}

Status PaymentIndex::Find(const std::vector<uint64_t>& hashes, const SequenceRange& range,
                          const Found& found) const {
  // Tables before runs: what moves meanwhile is then found twice, not missed.
  Candidates candidates;
  if (range.up_to > sealed_sequence()) FindInTables(hashes, &candidates);
  Status status = runs_->Find(hashes, range, [&candidates](size_t index, uint64_t low) {
    candidates.emplace_back(index, low);
  });
  if (!status.ok()) return status;
  for (const auto& [index, sequence] : candidates) {
    const auto place = static_cast<Sequence>(sequence);
    if (place <= range.after || place > range.up_to) continue;
    status = found(index, place);
    if (!status.ok()) return status;
  }
  return {};
}

Result<IndexSummary> PaymentIndex::Summarize(Sequence last) const {
  // Tables before runs: what moves meanwhile is in both, and told by its sequence.
  std::vector<IndexWord> in_tables;
  {
    const ReaderLock lock(mutex_);
    in_tables = active_.SortedWords();
    if (sealing_ != nullptr) {
      const std::vector<IndexWord> older = sealing_->SortedWords();
      in_tables.insert(in_tables.end(), older.begin(), older.end());
    }
  }
  std::sort(in_tables.begin(), in_tables.end());
  IndexSummary summary;
  std::optional<uint64_t> hash_before;
  const Status status = runs_->VisitInOrder(
      [&in_tables](Sequence sealed) {
        std::erase_if(in_tables, [sealed](const IndexWord& word) {
          return static_cast<Sequence>(word.low) <= sealed;
        });
        return std::move(in_tables);
      },
      [&](const IndexWord& word, bool can_be_found) {
        const auto sequence = static_cast<Sequence>(word.low);
        if (sequence > last || !can_be_found) return;
        summary.payments.Add(word.high, sequence);
        summary.same_hash |= hash_before == word.high;
        hash_before = word.high;
      });
  if (!status.ok()) return status.error();
  return summary;
}

size_t PaymentIndex::tail_count() const {
  const ReaderLock lock(mutex_);
  return active_.count() + (sealing_ == nullptr ? 0 : sealing_->count());
}

Status PaymentIndex::Seal() {
  std::shared_ptr<const Table> sealing;
  size_t count = 0;
  {
    const ReaderLock lock(mutex_);
    sealing = sealing_;  // what an earlier failure left comes first
    count = active_.count();
  }
  if (sealing == nullptr) {
    if (count == 0) return {};
    Table next;
    next.Reserve(count);  // the next ones will be about as many
    const WriterLock lock(mutex_);
    sealing_ = std::make_shared<const Table>(std::exchange(active_, std::move(next)));
    sealing = sealing_;
  }
  Status status = runs_->Append(sealing->last_sequence, sealing->SortedWords());
  if (!status.ok()) return status;
  const WriterLock lock(mutex_);
  sealing_.reset();
  return {};
}

}  // namespace budgetwatch

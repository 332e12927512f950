#include "service/journal_copy.h"

#include "service/checkpointer.h"
#include "service/taken.h"

namespace budgetwatch {
namespace {

class JournalCopy {
 public:
  JournalCopy(const Store& from, Sequence checkpoint_interval, Store* to)
      : from_(from), checkpoint_interval_(checkpoint_interval), to_(*to) {}

  Result<Sequence> Run(Sequence last) {
    Status status =
        from_.ScanJournal(1, last, [this](const JournalItem& item) { return Take(item); });
    if (!status.ok()) return status.error();
    const auto whole = EndsCommit(last);
    if (!whole.ok()) return whole.error();
    if (whole.value()) status = WriteCommit();
    if (!status.ok()) return status.error();
    return CheckHash();
  }

 private:
  Status Take(const JournalItem& item) {
    if (item.recorded_time != commit_.recorded_time) {
      if (Status status = WriteCommit(); !status.ok()) return status;
    }
    if (Status status = fold_.Check(item.sequence, item.entry); !status.ok()) return status;
    fold_.Apply(item.sequence, item.recorded_time, item.entry);
    if (commit_.entries.empty()) {
      commit_.first_sequence = item.sequence;
      commit_.recorded_time = item.recorded_time;
    }
    commit_.entries.push_back(item.entry);
    return {};
  }

  // Whether no later entry belongs to the commit of the one at `last`.
  Result<bool> EndsCommit(Sequence last) const {
    if (last >= from_.LastSequence()) return true;
    const auto next = from_.ReadEntry(last + 1);
    if (!next.ok()) return next.error();
    return next.value().recorded_time != commit_.recorded_time;
  }

  // REQUIRES: the fold ends where the commit does.
  Status WriteCommit() {
    if (commit_.entries.empty()) return {};
    Sequence sequence = commit_.first_sequence;
    for (const JournalEntry& entry : commit_.entries) {
      if (const auto* payment = std::get_if<PaymentEntry>(&entry)) {
        if (Status status = TakeFrom(sequence, *payment); !status.ok()) return status;
      }
      ++sequence;
    }
    if (Status status = to_.Write(commit_); !status.ok()) return status;
    commit_ = Commit();
    return fold_.sequence() - checkpoint_ < checkpoint_interval_ ? Status() : WriteCheckpoint();
  }

  Status TakeFrom(Sequence sequence, const PaymentEntry& entry) {
    Status failed;
    Status status = VisitTaken(from_, sequence, entry, [&](Sequence payment, int64_t amount_fen) {
      const auto [taken, added] = commit_.taken_fen.try_emplace(payment, 0);
      if (added && payment < commit_.first_sequence) {
        const auto before = to_.TakenFen(payment);
        if (before.ok()) taken->second = before.value();
        if (!before.ok()) failed = before.error();
      }
      taken->second += amount_fen;
    });
    return status.ok() ? failed : status;
  }

  Status WriteCheckpoint() {
    std::vector<TotalRow> changed = TotalsChangedSince(checkpoint_, fold_.totals());
    checkpoint_ = fold_.sequence();
    return to_.WriteCheckpoint(
        {checkpoint_, fold_.gross_fen(), fold_.payment_counts(), fold_.unmatched_refunds()},
        changed);
  }

  Result<Sequence> CheckHash() const {
    const Sequence end = to_.LastSequence();
    const auto expected = from_.ChainHashAt(end);
    if (!expected.ok()) return expected.error();
    const auto copied = to_.ChainHashAt(end);
    if (!copied.ok()) return copied.error();
    if (expected.value() == copied.value()) return end;
    return Refusal(Reason::kDataDamaged, "",
                   "the journal up to sequence " + std::to_string(end) +
                       ", written anew, has hash " + copied.value() + " instead of " +
                       expected.value());
  }

  const Store& from_;
  const Sequence checkpoint_interval_;
  Store& to_;
  LedgerState fold_;
  Sequence checkpoint_ = 0;
  Commit commit_;  // under way
};

}  // namespace

Result<Sequence> CopyJournal(const Store& from, Sequence last, Sequence checkpoint_interval,
                             Store* to) {
  BW_CHECK(to->LastSequence() == 0);
  return JournalCopy(from, checkpoint_interval, to).Run(last);
}

}  // namespace budgetwatch

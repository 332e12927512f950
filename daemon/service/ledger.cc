#include "service/ledger.h"

#include "base/failpoint.h"

namespace budgetwatch {

Result<std::unique_ptr<Ledger>> Ledger::Open(Store& store) {
  std::unique_ptr<Ledger> ledger(new Ledger(store));
  const Sequence last = store.LastSequence();
  auto checkpoint = store.LastCheckpoint(last);
  if (!checkpoint.ok()) return checkpoint.error();
  Sequence start = 0;
  if (checkpoint.value()) {
    StateCheckpoint& from = *checkpoint.value();
    start = from.sequence;
    LedgerState::Snapshot snapshot;
    snapshot.sequence = from.sequence;
    snapshot.gross_fen = from.gross_fen;
    snapshot.payment_counts = std::move(from.payment_counts);
    snapshot.unmatched_refunds = std::move(from.unmatched_refunds);
    Status status = store.ScanTotals(start, std::nullopt, [&snapshot](const TotalRow& row) {
      snapshot.totals.Set(row.project_code, row.date, row.total);
      return Status();
    });
    if (!status.ok()) return status.error();
    status = store.ScanControlEntries(1, start, [&snapshot](const JournalItem& item) {
      snapshot.control_entries.push_back(item);
      return Status();
    });
    if (!status.ok()) return status.error();
    status = store.ScanJournal(start, start, [&snapshot](const JournalItem& item) {
      snapshot.recorded_time = item.recorded_time;
      return Status();
    });
    if (!status.ok()) return status.error();
    auto state = LedgerState::FromSnapshot(std::move(snapshot));
    if (!state.ok()) return state.error();
    ledger->state_ = std::move(state).value();
  }
  const Status status =
      store.ScanJournal(start + 1, last, [&ledger](const JournalItem& item) -> Status {
        BW_FAILPOINT("on_start_replay");
        Status check = ledger->state_.Check(item.sequence, item.entry);
        if (!check.ok()) return check;
        ledger->state_.Apply(item.sequence, item.recorded_time, item.entry);
        return {};
      });
  if (!status.ok()) return status.error();
  return ledger;
}

void Ledger::Apply(Sequence first_sequence, WallMicros recorded_time,
                   const std::vector<JournalEntry>& entries) {
  // Entries whose projects, and then whose days, are being loaded.
  constexpr size_t kProjectsAhead = 16;
  constexpr size_t kDaysAhead = 8;
  const ProjectTotals* projects[kProjectsAhead] = {};
  const WriterLock lock(mutex_);
  Sequence sequence = first_sequence;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i + kDaysAhead < entries.size()) {
      const ProjectTotals* project = projects[(i + kDaysAhead) % kProjectsAhead];
      const auto* payment = std::get_if<PaymentEntry>(&entries[i + kDaysAhead]);
      if (project != nullptr && payment != nullptr) project->Prefetch(payment->event.pay_date);
    }
    if (i + kProjectsAhead < entries.size()) {
      const ProjectTotals*& project = projects[i % kProjectsAhead];
      project = state_.FindBooked(entries[i + kProjectsAhead]);
      if (project != nullptr) __builtin_prefetch(project);
    }
    state_.Apply(sequence++, recorded_time, entries[i]);
  }
}

Result<YearTotals> Ledger::TotalsKnownAt(int fiscal_year, Sequence sequence) const {
  const auto checkpoint = store_.LastCheckpoint(sequence);
  if (!checkpoint.ok()) return checkpoint.error();
  YearTotals totals;
  Sequence start = 0;
  if (checkpoint.value()) {
    start = checkpoint.value()->sequence;
    const Status status = store_.ScanTotals(start, fiscal_year, [&totals](const TotalRow& row) {
      totals[row.project_code].Set(row.date, row.total);
      return Status();
    });
    if (!status.ok()) return status.error();
  }
  const Status status =
      store_.ScanJournal(start + 1, sequence, [&](const JournalItem& item) -> Status {
        const auto* payment = std::get_if<PaymentEntry>(&item.entry);
        if (payment == nullptr) return {};
        for (const Booking& booking : BookingsOf(*payment)) {
          if (booking.date.year() != fiscal_year) continue;
          totals[booking.project_code].Add(booking.date,
                                           {booking.amount_fen, booking.payment_count});
        }
        return {};
      });
  if (!status.ok()) return status.error();
  return totals;
}

}  // namespace budgetwatch

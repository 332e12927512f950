#include "crash/ledger_audit.h"

#include <optional>

namespace budgetwatch::crash {
namespace {

constexpr size_t kFaultsInWords = 20;
constexpr int kSampleEvery = 400;

// The lane after its first batches.
LaneModel Replay(const RoundRecord& record, int lane, int batch_count) {
  LaneModel model(record.load, lane);
  while (model.batch_count() < batch_count) (void)model.Next();
  return model;
}

bool IsTaken(const v1::Payment& row) {
  return row.event().kind() == v1::PAYMENT_KIND_CORRECTION && row.effect_fen() < 0;
}

}  // namespace

std::vector<v1::Payment> RowsOf(const HeldEvent& held, int round, int lane) {
  std::vector<v1::Payment> rows(1);
  v1::Payment& booked = rows.front();
  booked.set_source(LaneSource(round, lane));
  v1::PaymentEvent* event = booked.mutable_event();
  ToSentEvent(held, round, event);
  event->set_kind(held.kind);
  event->set_amount_fen(held.amount_fen);
  event->set_project_code(ProjectCode(round, held.project));
  const bool refund = held.kind == v1::PAYMENT_KIND_REFUND;
  booked.set_effect_fen(refund ? -held.amount_fen : held.amount_fen);
  booked.set_remaining_fen(held.remaining_fen);
  booked.set_suspended(held.project >= kPlannedProjectCount);
  booked.set_unmatched(held.unmatched);
  booked.set_booked_project_code(event->project_code());
  booked.set_booked_date(event->pay_date());
  if (held.kind != v1::PAYMENT_KIND_CORRECTION) return rows;
  v1::Payment taken = booked;
  taken.set_effect_fen(-held.amount_fen);
  taken.set_booked_project_code(ProjectCode(round, held.from_project));
  taken.set_booked_date(DayText(held.from_day));
  taken.set_suspended(held.from_project >= kPlannedProjectCount);
  rows.push_back(std::move(taken));
  return rows;
}

LedgerAudit::LedgerAudit(const RoundRecord& record) : record_(record) {
  for (int lane = 0; lane < kLaneCount; ++lane) {
    lane_by_source_[LaneSource(record.load.round, lane)] = lane;
  }
}

void LedgerAudit::Fault(int64_t* counter, const std::string& text) {
  ++*counter;
  if (result_.faults.size() < kFaultsInWords) result_.faults.push_back(text);
}

void LedgerAudit::AddRow(v1::Payment row) {
  const auto lane = lane_by_source_.find(row.source());
  if (lane == lane_by_source_.end()) {
    Fault(&result_.foreign, "nobody sent as " + row.source());
    return;
  }
  Rows& rows = rows_[static_cast<size_t>(lane->second)][row.event().payment_id()];
  (IsTaken(row) ? rows.taken : rows.booked).push_back(std::move(row));
}

AuditResult LedgerAudit::Finish() {
  for (int lane = 0; lane < kLaneCount; ++lane) AuditLane(lane);
  return std::move(result_);
}

void LedgerAudit::AuditLane(int lane) {
  const LaneRecord& record = record_.lanes[static_cast<size_t>(lane)];
  const LaneModel sent = Replay(record_, lane, record.sent);
  const int held_batches = HeldBatches(lane, sent);
  // What later batches take from earlier events must not be expected.
  std::optional<LaneModel> part;
  if (held_batches != record.sent) part.emplace(Replay(record_, lane, held_batches));
  const LaneModel& model = part ? *part : sent;
  int64_t last_sequence = 0;
  for (const HeldEvent& held : model.held()) {
    if (held.batch < record.acknowledged) ++result_.acknowledged;
    CompareEvent(held, lane, &last_sequence);
  }
  AddForeign(lane);
  result_.totals.Add(model.totals());
}

// The number of batches, from the first, that are in the ledger. Tells of those that
// are there in part, or behind one that is not there.
int LedgerAudit::HeldBatches(int lane, const LaneModel& sent) {
  const LaneRecord& record = record_.lanes[static_cast<size_t>(lane)];
  const RowsById& rows = rows_[static_cast<size_t>(lane)];
  std::vector<int64_t> event_count(static_cast<size_t>(record.sent));
  std::vector<int64_t> present_count(static_cast<size_t>(record.sent));
  for (const HeldEvent& held : sent.held()) {
    if (held.batch < record.acknowledged) continue;
    ++event_count[static_cast<size_t>(held.batch)];
    if (rows.contains(IdText(held.id))) {
      ++present_count[static_cast<size_t>(held.batch)];
    } else if (result_.absent_sample.size() < 4 * kLaneCount) {
      v1::GetPaymentRequest& absent = result_.absent_sample.emplace_back();
      absent.set_source(LaneSource(record_.load.round, lane));
      absent.set_payment_id(IdText(held.id));
    }
  }
  int held_batches = record.acknowledged;
  bool ended = false;
  for (int batch = record.acknowledged; batch < record.sent; ++batch) {
    const int64_t events = event_count[static_cast<size_t>(batch)];
    const int64_t present = present_count[static_cast<size_t>(batch)];
    ++result_.unacknowledged_batches;
    if (present != 0 && (present != events || ended)) {
      Fault(&result_.partial, LaneSource(record_.load.round, lane) + " batch " +
                                  std::to_string(batch) + ": " + std::to_string(present) + " of " +
                                  std::to_string(events) + " events are there" +
                                  (ended ? ", but not the batch before it" : ""));
    }
    // A batch that records nothing is in the ledger whatever happened.
    ended = ended || present != events;
    if (!ended) {
      held_batches = batch + 1;
      ++result_.unacknowledged_held;
    }
  }
  return held_batches;
}

void LedgerAudit::CompareEvent(const HeldEvent& held, int lane, int64_t* last_sequence) {
  Rows& rows = rows_[static_cast<size_t>(lane)][IdText(held.id)];
  rows.expected = true;
  std::vector<v1::Payment> expected = RowsOf(held, record_.load.round, lane);
  if (!rows.booked.empty()) {
    const v1::Payment& booked = rows.booked.front();
    ++result_.held;
    if (booked.sequence() <= *last_sequence) {
      Fault(&result_.altered,
            booked.event().payment_id() + " is recorded before an event that was sent before it");
    }
    *last_sequence = booked.sequence();
    if (result_.held % kSampleEvery == 1) result_.held_sample.push_back(booked);
  }
  CompareRow(std::move(expected.front()), rows.booked, held.batch, lane);
  if (expected.size() > 1) CompareRow(std::move(expected.back()), rows.taken, held.batch, lane);
}

void LedgerAudit::CompareRow(v1::Payment expected, const std::vector<v1::Payment>& rows, int batch,
                             int lane) {
  const std::string name = expected.source() + ' ' + expected.event().payment_id() + " of batch " +
                           std::to_string(batch);
  if (rows.empty()) {
    const bool acknowledged = batch < record_.lanes[static_cast<size_t>(lane)].acknowledged;
    Fault(acknowledged ? &result_.lost : &result_.partial, name + " is not listed");
    return;
  }
  if (rows.size() > 1) {
    Fault(&result_.doubled, name + " is listed " + std::to_string(rows.size()) + " times");
  }
  const v1::Payment& row = rows.front();
  // The server's own choice.
  expected.set_sequence(row.sequence());
  expected.set_recorded_time(row.recorded_time());
  if (row.SerializeAsString() != expected.SerializeAsString()) {
    Fault(&result_.altered, name + ": expected {" + expected.ShortDebugString() + "}, listed {" +
                                row.ShortDebugString() + "}");
  }
}

void LedgerAudit::AddForeign(int lane) {
  for (const auto& [id, rows] : rows_[static_cast<size_t>(lane)]) {
    if (rows.expected) continue;
    Fault(&result_.foreign, LaneSource(record_.load.round, lane) + ' ' + id +
                                " is listed, but was not sent or stands behind a missing batch");
  }
}

}  // namespace budgetwatch::crash

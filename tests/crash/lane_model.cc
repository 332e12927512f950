#include "crash/lane_model.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace budgetwatch::crash {
namespace {

constexpr int kDayCount = 365 + 366;
constexpr int kDaysOfFirstYear = 365;
constexpr int kLargestBatch = 8'000;
constexpr int kStreamLanes = 4;
constexpr int kUnaryLanes = 6;
constexpr int64_t kAmountMax = 5'000'000;

// A bijection of 64-bit numbers that looks random (the finalizer of splitmix64).
uint64_t Mix(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

// Distinct for each place in a load, and as spread as a hash.
uint64_t Place(int round, int lane, int batch, int event) {
  return Mix((static_cast<uint64_t>(round) << 48) | (static_cast<uint64_t>(lane) << 42) |
             (static_cast<uint64_t>(batch) << 15) | static_cast<uint64_t>(event));
}

std::string MakeDayText(int day) {
  const std::chrono::year_month_day date(
      std::chrono::sys_days(std::chrono::year(kFirstYear) / std::chrono::January / 1) +
      std::chrono::days(day));
  char text[16];
  std::snprintf(text, sizeof(text), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

v1::PaymentOutcome::Outcome OutcomeOn(int project) {
  return project < kPlannedProjectCount ? v1::PaymentOutcome::OUTCOME_RECORDED
                                        : v1::PaymentOutcome::OUTCOME_SUSPENDED;
}

}  // namespace

uint64_t Chance::Next() { return Mix(state_ += 0x9e3779b97f4a7c15u); }

std::string ProjectCode(int round, int project) {
  char text[32];
  std::snprintf(text, sizeof(text), "K%04d-%d", round, project);
  return text;
}

std::string LaneSource(int round, int lane) {
  return "lane-" + std::to_string(round) + "-" + std::to_string(lane);
}

std::string IdText(uint64_t id) {
  char text[32];
  std::snprintf(text, sizeof(text), "PAY-%016llx", static_cast<unsigned long long>(id));
  return text;
}

std::string DayText(int day) {
  static const std::vector<std::string> texts = [] {
    std::vector<std::string> made;
    for (int number = 0; number < kDayCount; ++number) made.push_back(MakeDayText(number));
    return made;
  }();
  return texts[static_cast<size_t>(day)];
}

int YearIndex(int day) { return day < kDaysOfFirstYear ? 0 : 1; }

LaneShape ShapeOf(int lane) {
  if (lane < kStreamLanes) return {.stream = true, .single = false, .window = 4};
  return {.stream = false, .single = lane >= kStreamLanes + kUnaryLanes, .window = 1};
}

void ToSentEvent(const HeldEvent& held, int round, v1::PaymentEvent* event) {
  event->set_payment_id(IdText(held.id));
  event->set_kind(held.negative ? v1::PAYMENT_KIND_PAYMENT : held.kind);
  if (held.names_project) event->set_project_code(ProjectCode(round, held.project));
  event->set_pay_date(DayText(held.day));
  event->set_amount_fen(held.negative ? -held.amount_fen : held.amount_fen);
  event->set_payee("收款单位-" + std::to_string(held.id % 997));
  event->set_memo(std::string(held.id % 5 * 8, 'm'));
  if (held.original_id != 0) event->set_original_payment_id(IdText(held.original_id));
}

void RoundTotals::Add(const RoundTotals& other) {
  for (size_t year = 0; year < kYearCount; ++year) {
    event_counts[year] += other.event_counts[year];
    for (size_t project = 0; project < kProjectCount; ++project) {
      projects[year][project].amount_fen += other.projects[year][project].amount_fen;
      projects[year][project].payment_count += other.projects[year][project].payment_count;
    }
  }
}

LaneModel::LaneModel(const LoadSeed& load, int lane)
    : load_(load), lane_(lane), shape_(ShapeOf(lane)) {}

LoadBatch LaneModel::Next() {
  Forget();
  Chance chance(load_.seed ^ Place(load_.round, lane_, batch_, 0));
  int size = 1;
  if (!shape_.single) {
    // Each power of two is as likely as the others, small ones more often: a round
    // then has many commits and some large ones.
    const int64_t smallest = int64_t{1} << chance.Below(chance.Below(5) == 0 ? 13 : 8);
    size = static_cast<int>(std::min<int64_t>(smallest + chance.Below(smallest), kLargestBatch));
  }
  LoadBatch batch;
  batch.request.set_source(LaneSource(load_.round, lane_));
  batch.request.mutable_payments()->Reserve(size);
  batch.outcomes.reserve(static_cast<size_t>(size));
  event_ = 0;
  for (int i = 0; i < size; ++i) AddEvent(&chance, &batch);
  ++batch_;
  return batch;
}

// Half at a time, so that each event is moved once.
void LaneModel::Forget() {
  const int64_t surplus = std::ssize(held_) - load_.remembered_events;
  if (load_.remembered_events == 0 || surplus < load_.remembered_events) return;
  held_.erase(held_.begin(), held_.begin() + surplus);
  std::erase_if(waiting_, [surplus](Waiting& waiting) {
    waiting.refund -= surplus;
    return waiting.refund < 0;
  });
}

uint64_t LaneModel::NewId() { return Place(load_.round, lane_, batch_, event_++); }

// Mostly the days of a year in turn, as a feed brings them, and some late ones.
int LaneModel::RandomDay(Chance* chance) const {
  if (chance->Below(32) == 0) return static_cast<int>(chance->Below(kDayCount));
  return (batch_ / (shape_.single ? 32 : 2) + lane_ * 40) % kDayCount;
}

HeldEvent LaneModel::NewPayment(Chance* chance) {
  HeldEvent event;
  event.id = NewId();
  event.project = static_cast<int>(chance->Below(kProjectCount));
  event.day = RandomDay(chance);
  event.amount_fen = 1 + chance->Below(kAmountMax);
  return event;
}

HeldEvent* LaneModel::FindOriginal(Chance* chance) {
  for (int attempt = 0; attempt < 3 && !held_.empty(); ++attempt) {
    HeldEvent& event = held_[static_cast<size_t>(chance->Below(std::ssize(held_)))];
    if (event.remaining_fen > 0) return &event;
  }
  return nullptr;
}

void LaneModel::AddEvent(Chance* chance, LoadBatch* batch) {
  const int64_t roll = chance->Below(1'000);
  if (roll < 50 && !held_.empty()) return AddRepeated(chance, roll < 10, batch);
  if (roll < 55) return AddMalformed(chance, batch);
  if (roll < 65) return AddEarlyRefund(chance, batch);
  if (roll < 80 && !waiting_.empty()) return AddAwaitedPayment(chance, batch);
  if (roll < 160) {
    if (HeldEvent* original = FindOriginal(chance)) {
      if (roll < 120) return AddRefund(chance, original, roll < 85, batch);
      return AddCorrection(chance, original, batch);
    }
  }
  HeldEvent event = NewPayment(chance);
  event.negative = roll < 180;
  if (event.negative) event.kind = v1::PAYMENT_KIND_REFUND;
  Record(event, batch);
}

void LaneModel::AddRepeated(Chance* chance, bool changed, LoadBatch* batch) {
  const HeldEvent& held = held_[static_cast<size_t>(chance->Below(std::ssize(held_)))];
  v1::PaymentEvent* event = batch->request.add_payments();
  ToSentEvent(held, load_.round, event);
  if (changed) {
    event->set_memo("other content");
    batch->outcomes.push_back({v1::PaymentOutcome::OUTCOME_REJECTED, "PAYMENT_ID_CONFLICT"});
  } else {
    batch->outcomes.push_back({v1::PaymentOutcome::OUTCOME_DUPLICATE, ""});
  }
}

void LaneModel::AddMalformed(Chance* chance, LoadBatch* batch) {
  HeldEvent event = NewPayment(chance);
  event.amount_fen = 0;
  ToSentEvent(event, load_.round, batch->request.add_payments());
  batch->outcomes.push_back({v1::PaymentOutcome::OUTCOME_REJECTED, "ZERO_AMOUNT"});
}

void LaneModel::AddRefund(Chance* chance, HeldEvent* original, bool too_much, LoadBatch* batch) {
  HeldEvent event;
  event.id = NewId();
  event.kind = v1::PAYMENT_KIND_REFUND;
  event.original_id = original->id;
  event.project = original->project;
  event.names_project = chance->Below(2) == 0;
  event.day = RandomDay(chance);
  if (too_much) {
    event.amount_fen = original->remaining_fen + 1;
    ToSentEvent(event, load_.round, batch->request.add_payments());
    batch->outcomes.push_back({v1::PaymentOutcome::OUTCOME_REJECTED, "REFUND_EXCEEDS_PAYMENT"});
    return;
  }
  event.amount_fen = 1 + chance->Below(original->remaining_fen);
  original->remaining_fen -= event.amount_fen;
  Record(event, batch);  // may move held_, so last
}

void LaneModel::AddEarlyRefund(Chance* chance, LoadBatch* batch) {
  HeldEvent event = NewPayment(chance);
  event.kind = v1::PAYMENT_KIND_REFUND;
  event.original_id = NewId();
  event.unmatched = true;
  waiting_.push_back({event.original_id, std::ssize(held_)});
  Record(event, batch);
}

void LaneModel::AddAwaitedPayment(Chance* chance, LoadBatch* batch) {
  const Waiting waiting = waiting_.back();
  waiting_.pop_back();
  HeldEvent& refund = held_[static_cast<size_t>(waiting.refund)];
  HeldEvent event = NewPayment(chance);
  event.id = waiting.original_id;
  event.project = refund.project;
  // Now and then it is too small, and the refund waits for ever.
  if (chance->Below(16) != 0) event.amount_fen += refund.amount_fen;
  const bool fits = event.amount_fen >= refund.amount_fen;
  refund.unmatched = !fits;
  const int64_t taken_fen = fits ? refund.amount_fen : 0;
  Record(event, batch);
  held_.back().remaining_fen -= taken_fen;
}

void LaneModel::AddCorrection(Chance* chance, HeldEvent* original, LoadBatch* batch) {
  HeldEvent event = NewPayment(chance);
  event.kind = v1::PAYMENT_KIND_CORRECTION;
  event.original_id = original->id;
  event.from_project = original->project;
  event.from_day = original->day;
  if (event.project == event.from_project && event.day == event.from_day) {
    event.project = (event.project + 1) % kProjectCount;
  }
  const bool all = chance->Below(3) == 0;
  event.amount_fen = all ? original->remaining_fen : 1 + chance->Below(original->remaining_fen);
  original->remaining_fen -= event.amount_fen;
  event.takes_rest = original->remaining_fen == 0;
  Record(event, batch);
}

void LaneModel::Record(HeldEvent event, LoadBatch* batch) {
  event.batch = batch_;
  const bool refund = event.kind == v1::PAYMENT_KIND_REFUND;
  event.remaining_fen = refund ? 0 : event.amount_fen;
  Book(event.project, event.day, refund ? -event.amount_fen : event.amount_fen, 1);
  if (event.kind == v1::PAYMENT_KIND_CORRECTION) {
    Book(event.from_project, event.from_day, -event.amount_fen, event.takes_rest ? -1 : 0);
  }
  ++totals_.event_counts[static_cast<size_t>(YearIndex(event.day))];
  ToSentEvent(event, load_.round, batch->request.add_payments());
  batch->outcomes.push_back({OutcomeOn(event.project), ""});
  held_.push_back(event);
}

void LaneModel::Book(int project, int day, int64_t amount_fen, int64_t payment_count) {
  auto& year = totals_.projects[static_cast<size_t>(YearIndex(day))];
  ProjectTotal& total = year[static_cast<size_t>(project)];
  total.amount_fen += amount_fen;
  total.payment_count += payment_count;
}

}  // namespace budgetwatch::crash

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "budgetwatch/v1/payment_service.pb.h"

namespace budgetwatch::crash {

// The load of the kill rounds. Everything in it follows from a seed: which events a
// batch holds, what the server must answer to each of them, and what the ledger must
// hold after any number of batches. So a record of which batches were sent and
// answered is all that a check needs.
//
// A round's events are on projects of its own. Within a round, lanes are independent:
// each is a source of its own and sends its batches in order.

inline constexpr int kProjectCount = 4;
// The rest is in no plan, so its payments go to suspense.
inline constexpr int kPlannedProjectCount = 3;
inline constexpr int kFirstYear = 2019;
inline constexpr int kYearCount = 2;

std::string ProjectCode(int round, int project);
std::string LaneSource(int round, int lane);

// Text of an event's id.
std::string IdText(uint64_t id);

// "2019-01-01" for day 0.
std::string DayText(int day);
int YearIndex(int day);

// How a lane sends.
struct LaneShape {
  bool stream = false;  // else unary calls, one at a time
  bool single = false;  // batches of one event
  int window = 1;       // batches under way
};
inline constexpr int kLaneCount = 18;
LaneShape ShapeOf(int lane);

// An event that the ledger must hold.
struct HeldEvent {
  uint64_t id = 0;
  uint64_t original_id = 0;                         // 0: names none
  v1::PaymentKind kind = v1::PAYMENT_KIND_PAYMENT;  // as recorded
  int batch = 0;
  int project = 0;
  int day = 0;
  int from_project = 0;  // of a correction
  int from_day = 0;
  int64_t amount_fen = 0;
  int64_t remaining_fen = 0;
  bool takes_rest = false;
  bool unmatched = false;
  // How it is sent: the ledger reads both as the same event.
  bool names_project = true;
  bool negative = false;
};

// The event as a client sends it. `round` is in the project code.
void ToSentEvent(const HeldEvent& held, int round, v1::PaymentEvent* event);

struct ExpectedOutcome {
  v1::PaymentOutcome::Outcome outcome = v1::PaymentOutcome::OUTCOME_UNSPECIFIED;
  std::string_view reason;  // of a rejection

  // Whether the event is in the ledger because of this batch.
  bool recorded() const {
    return outcome == v1::PaymentOutcome::OUTCOME_RECORDED ||
           outcome == v1::PaymentOutcome::OUTCOME_SUSPENDED;
  }
};

// A request with what must be answered.
struct LoadBatch {
  v1::RecordPaymentsRequest request;
  std::vector<ExpectedOutcome> outcomes;
};

struct ProjectTotal {
  int64_t amount_fen = 0;
  int64_t payment_count = 0;
};

// What events add up to.
struct RoundTotals {
  std::array<std::array<ProjectTotal, kProjectCount>, kYearCount> projects = {};
  // Events by the year of the date that they carry.
  std::array<int64_t, kYearCount> event_counts = {};

  void Add(const RoundTotals& other);
};

// What a load follows from.
struct LoadSeed {
  uint64_t seed = 0;
  int round = 0;
  // How many of its last events a lane remembers at least, to repeat, refund and
  // correct them; 0 for all. A long load needs a bound.
  int64_t remembered_events = 0;
};

// A small generator of random numbers that is the same on every machine.
class Chance {
 public:
  explicit Chance(uint64_t seed) : state_(seed) {}
  uint64_t Next();
  // In [0, bound).
  int64_t Below(int64_t bound) {
    return static_cast<int64_t>(Next() % static_cast<uint64_t>(bound));
  }

 private:
  uint64_t state_;
};

// One lane: makes its batches in order, and knows what the ledger holds of it when
// all of them are recorded. Thread-compatible.
class LaneModel {
 public:
  LaneModel(const LoadSeed& load, int lane);

  // Makes the next batch and counts it as recorded.
  LoadBatch Next();

  // Batches made.
  int batch_count() const { return batch_; }
  // What it remembers, in the order of recording.
  const std::vector<HeldEvent>& held() const { return held_; }
  const RoundTotals& totals() const { return totals_; }

 private:
  // A refund that was sent before its original.
  struct Waiting {
    uint64_t original_id = 0;
    int64_t refund = 0;  // index in held_
  };

  void Forget();
  uint64_t NewId();
  int RandomDay(Chance* chance) const;
  HeldEvent NewPayment(Chance* chance);
  // An event with money left, or null.
  HeldEvent* FindOriginal(Chance* chance);
  void AddEvent(Chance* chance, LoadBatch* batch);
  void AddRepeated(Chance* chance, bool changed, LoadBatch* batch);
  void AddMalformed(Chance* chance, LoadBatch* batch);
  void AddRefund(Chance* chance, HeldEvent* original, bool too_much, LoadBatch* batch);
  void AddEarlyRefund(Chance* chance, LoadBatch* batch);
  void AddAwaitedPayment(Chance* chance, LoadBatch* batch);
  void AddCorrection(Chance* chance, HeldEvent* original, LoadBatch* batch);
  void Record(HeldEvent event, LoadBatch* batch);
  void Book(int project, int day, int64_t amount_fen, int64_t payment_count);

  const LoadSeed load_;
  const int lane_;
  const LaneShape shape_;
  int batch_ = 0;
  int event_ = 0;  // number within the batch
  std::vector<HeldEvent> held_;
  std::vector<Waiting> waiting_;
  RoundTotals totals_;
};

}  // namespace budgetwatch::crash

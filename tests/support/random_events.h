#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "domain/payment.h"
#include "domain/plan.h"
#include "support/reference_ledger.h"

// Random commands on a ledger, each as it is sent and as the reference reads it. Few
// ids, projects and days, so that commands meet.

namespace budgetwatch {

inline constexpr const char* kRandomYears[] = {"2020", "2021"};
inline constexpr const char* kRandomSources[] = {"bank", "tax"};
// The second is below the first.
inline constexpr const char* kRandomDepartments[] = {"100", "100001"};
// "P0" and so on; plans never carry the last one.
inline constexpr int kRandomProjectCount = 7;

// The number in an environment variable, or `otherwise` without it.
uint64_t NumberFromEnvironment(const char* name, uint64_t otherwise);

// Seeded; gives the same numbers on every machine.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  // From 0 to count - 1.
  int Below(int count) { return static_cast<int>(engine_() % static_cast<uint64_t>(count)); }
  bool OneIn(int count) { return Below(count) == 0; }

 private:
  std::mt19937_64 engine_;
};

// A day of one of the years.
std::string RandomDate(Random* random);

// An event as it is sent, and what makes it malformed, if anything.
struct SentEvent {
  ReferenceLedger::Event event;
  std::string malformed;
  bool negative = false;  // a refund sent as a payment below zero

  // Views into this event.
  RawPaymentEvent Raw() const;
};

// Payments, refunds before and after their originals, corrections, resends with the
// same and with other content, and malformed events.
class EventMaker {
 public:
  explicit EventMaker(Random* random) : random_(*random) {}

  SentEvent Make(const std::string& source);

  // Mostly an id that was sent lately, at times one that may come later.
  std::string RecentId();

 private:
  void MakeRefund(SentEvent* made);
  void MakeCorrection(ReferenceLedger::Event* event);
  void Spoil(SentEvent* made);

  Random& random_;
  int next_id_ = 0;
  std::vector<SentEvent> sent_;
};

struct RandomPlan {
  Plan plan;
  ReferenceLedger::PlanRevision revision;
};

// A plan without errors: no project is in the plans of two departments.
RandomPlan MakeRandomPlan(Random* random);

// What becomes of an event, as ReferenceLedger::Decide says it; applies it.
std::pair<std::string, int64_t> ExpectedOutcome(const SentEvent& sent, ReferenceLedger* reference);

}  // namespace budgetwatch

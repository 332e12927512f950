#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "sim/auditor.h"
#include "support/fake_time.h"
#include "support/faulty_store.h"
#include "support/random_events.h"
#include "support/services.h"

namespace budgetwatch {

// A whole ledger without disk, network and time: all of its services over a store that
// fails, clocks that jump, and a user who sends everything that users send. What
// happens follows from the seed alone. Used by one thread.
class Simulator {
 public:
  // The base is empty, keeps what is written and outlives the simulator.
  Simulator(uint64_t seed, Store& base);
  ~Simulator();

  // Takes so many steps, or fewer when the auditor finds a difference; ends with a
  // restart and a verification.
  void Run(int steps);

  const Differences& differences() const { return auditor_.differences(); }

  // Of everything that was asked and answered.
  uint64_t trace_hash() const { return trace_hash_; }
  // The last lines of it.
  const std::deque<std::string>& trace() const { return trace_; }

  // Restarts and calls that a fault made fail, to see that a run was worth something.
  int restart_count() const { return restart_count_; }
  int64_t fault_count() const { return store_.fault_count(); }

 private:
  void Step();
  void ChangeWeather();
  void MoveClock();
  void SendBatches();
  void AnswerWaiting();
  void ApplyPlan();
  void CloseYear();
  void AdoptThresholds();
  void EvaluateWarnings();
  void AskForReport();
  void AskForOldReport();
  void AskForPayment();
  void ListPayments();
  void Restart();
  void Verify();

  void Report(const Auditor::ReportQuestion& question);
  Result<std::vector<RecordedPayment>> AllPages(const PaymentFilter& filter, size_t page_size);
  void Open();
  void Trace(const std::string& line);
  void CheckAll();
  // Calls `ask`, and does the committer's work while it waits for it.
  template <typename Ask>
  auto Await(const Ask& ask);

  struct Waiting {
    std::string source;
    std::vector<SentEvent> events;
    std::optional<Result<std::vector<PaymentOutcome>>> outcomes;
  };

  Random random_;
  EventMaker maker_;
  Store& base_;
  FaultyStore store_;
  FakeClock clock_;
  FakeCalendar calendar_;
  Committer::Options options_;
  std::unique_ptr<Services> services_;
  Auditor auditor_;
  std::deque<Waiting> waiting_;  // in the order of their submission
  uint64_t trace_hash_ = 0xcbf29ce484222325u;
  std::deque<std::string> trace_;
  int restart_count_ = 0;
};

}  // namespace budgetwatch

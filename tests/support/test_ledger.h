#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/fake_time.h"
#include "support/services.h"

namespace budgetwatch {

// A ledger with all of its services over any store, on a fake clock and a business
// date set by hand (2020-07-01 at first). The committer runs on its own thread;
// warnings are evaluated when they are listed.
class TestLedger {
 public:
  explicit TestLedger(Store& store, const Committer::Options& options = {});

  // Ends everything but the store and opens it again, as a restart does.
  void Restart();

  // Records events of one source and waits for their outcomes.
  Result<std::vector<PaymentOutcome>> TryRecord(const std::vector<PaymentEvent>& events,
                                                const std::string& source = "bank");

  // The same for events that the store takes.
  std::vector<PaymentOutcome> Record(const std::vector<PaymentEvent>& events,
                                     const std::string& source = "bank");

  // What became of one event: "recorded", "duplicate", "suspended", or the name of
  // the reason of its rejection.
  std::string RecordOne(const PaymentEvent& event, const std::string& source = "bank");

  // Applies a plan that has no errors, from `effective_date` on or for the year.
  Plans::ApplyResult Apply(Plan plan, std::string_view effective_date = "");

  // The report as known at a sequence, or now. REQUIRES: there is a plan.
  ExecutionReport Report(const std::string& department_code, std::string_view as_of,
                         std::optional<Sequence> known_at = std::nullopt);

  Sequence sequence() const;

  FakeClock& clock() { return clock_; }
  FakeCalendar& calendar() { return calendar_; }
  Ledger& ledger() { return services_->ledger(); }
  Committer& committer() { return services_->committer(); }
  Plans& plans() { return services_->plans(); }
  Payments& payments() { return services_->payments(); }
  Observations& observations() { return services_->observations(); }
  Reports& reports() { return services_->reports(); }
  Warnings& warnings() { return services_->warnings(); }
  Administration& administration() { return services_->administration(); }

 private:
  void Open();

  Store& store_;
  const Committer::Options options_;
  FakeClock clock_;
  FakeCalendar calendar_;
  std::unique_ptr<Services> services_;
};

// "recorded", "duplicate", "suspended", or the name of the reason of a rejection.
std::string OutcomeText(const PaymentOutcome& outcome);

// Every field of a report as text, so that two reports are the same exactly when
// their texts are.
std::string ReportText(const ExecutionReport& report);

}  // namespace budgetwatch
